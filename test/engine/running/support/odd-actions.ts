// Actions that misbehave in one way each: they hang, ignore their signal, cannot tell what they did, cannot be undone
// at first, or have a bug.

import { Type } from 'typebox';
import { DrctlError, defineAction, defineReadAction } from '../../../../src/engine/index.ts';
import type { Action, ActionSpec } from '../../../../src/engine/index.ts';
import type { ToyPorts } from './toy-world.ts';

const keyed = Type.Object({ key: Type.String() });
const nothing = Type.Object({});
type Spec = ActionSpec<ToyPorts, typeof keyed, typeof nothing>;

/** A change that sets its key to "odd", and what a variant does differently. */
function odd(name: `toy.${string}`, variant: Partial<Spec>): Action<ToyPorts> {
  return defineAction<ToyPorts, typeof keyed, typeof nothing>({
    name,
    version: 1,
    permissions: () => ({ carryOut: [] }),
    effect: 'change',
    summary: 'Misbehaves',
    examples: [],
    params: keyed,
    outputs: nothing,
    plan: async ({ key }) => ({
      changes: [{ kind: 'run', on: { target: 'toy', object: key }, summary: 'odd', risk: 'safe' }],
    }),
    apply: async ({ key }, { clients, recordUndo }) => {
      await recordUndo({ [key]: null });
      await clients.world.set(key, 'odd');
      return {};
    },
    probe: async ({ key }, { readers }) =>
      (await readers.world.get(key)) === undefined
        ? { found: 'not-done' }
        : { found: 'done', outputs: {} },
    undo: {
      possible: true,
      run: async ({ params: { key } }, { clients }) => clients.world.set(key, undefined),
    },
    ...variant,
  });
}

/** Sets its key, says so, and then goes on until it is told to stop. */
export const toyHang = odd('toy.hang', {
  apply: async ({ key }, ctx) => {
    await ctx.recordUndo({ [key]: null });
    await ctx.clients.world.set(key, 'odd');
    ctx.report({ message: '2 of 3 pods are still there' });
    await new Promise((_, reject) => {
      ctx.signal.addEventListener('abort', () => reject(new Error('SDK says: aborted')));
    });
    return {};
  },
});

/** As `toy.hang`, but does not listen: it goes on for ever. */
export const toyDeaf = odd('toy.deaf', {
  apply: async ({ key }, ctx) => {
    await ctx.recordUndo({ [key]: null });
    await ctx.clients.world.set(key, 'odd');
    await new Promise(() => undefined);
    return {};
  },
});

export const toyUnclear = odd('toy.unclear', {
  probe: async () => ({ found: 'unclear', because: 'the object has two owners' }),
});

/** Leaves a scrap behind until it has ended; another attempt and `tidy` take it away. */
export const toyMessy = odd('toy.messy', {
  apply: async ({ key }, { clients, recordUndo }) => {
    await recordUndo({ [key]: null });
    await clients.world.set(`scrap of ${key}`, 'here');
    await clients.world.set(key, 'odd');
    await clients.world.set(`scrap of ${key}`, undefined);
    return {};
  },
  tidy: async ({ params: { key } }, { clients }) => {
    if ((await clients.world.get('brittle')) === 'yes') {
      throw new DrctlError('CLIENT_DENIED', 'May not tidy up');
    }
    await clients.world.set(`scrap of ${key}`, undefined);
  },
});

/** Its undo fails while the world's value "brittle" is "yes". */
export const toyBrittle = odd('toy.brittle', {
  undo: {
    possible: true,
    run: async ({ params: { key } }, { clients }) => {
      if ((await clients.world.get('brittle')) === 'yes') {
        throw new DrctlError('CLIENT_DENIED', 'May not delete it');
      }
      await clients.world.set(key, undefined);
    },
  },
});

/** Its undo gets no answer while the world's value "away" is "yes". */
export const toyAway = odd('toy.away', {
  undo: {
    possible: true,
    run: async ({ params: { key } }, { clients }) => {
      if ((await clients.world.get('away')) === 'yes') {
        throw new DrctlError('CLIENT_UNREACHABLE', 'No answer', { retryable: true });
      }
      await clients.world.set(key, undefined);
    },
  },
});

/** Fails for good while the world's value "broken" is "yes"; before it has changed anything. */
export const toyFail = odd('toy.fail', {
  apply: async ({ key }, { clients }) => {
    if ((await clients.world.get('broken')) === 'yes') {
      throw new DrctlError('CLIENT_INVALID', 'The server refuses it', { hint: 'Mend it' });
    }
    await clients.world.set(key, 'odd');
    return {};
  },
});

export const toyBug = odd('toy.bug', {
  apply: async () => {
    throw new TypeError('undefined is not a function');
  },
});

/** Asks a person and then sets its key. */
export const toyAsk = odd('toy.ask', {
  apply: async ({ key }, { approve, clients }) => {
    const { by } = await approve({ message: 'Sure?' });
    await clients.world.set(key, by);
    return {};
  },
});

/** Asks a person and changes nothing. */
export const toyConfirm = odd('toy.confirm', {
  effect: 'read',
  apply: async (_, { approve }) => {
    await approve({ message: 'May it be lost?' });
    return {};
  },
  undo: { possible: false, because: 'changes nothing' },
});

/** Waits until it is told to stop, as a wait for a condition that never comes does. */
export const toyWait = defineReadAction<ToyPorts, typeof keyed, typeof nothing>({
  name: 'toy.wait',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Waits for a value',
  examples: [],
  params: keyed,
  outputs: nothing,
  plan: async () => ({ changes: [{ kind: 'none', because: 'waits only' }] }),
  read: async ({ key }, { readers, signal }) => {
    if ((await readers.world.get(key)) !== undefined) return {};
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  },
});

export const oddActions: readonly Action<ToyPorts>[] = [
  toyHang,
  toyDeaf,
  toyUnclear,
  toyMessy,
  toyBrittle,
  toyAway,
  toyFail,
  toyBug,
  toyAsk,
  toyConfirm,
  toyWait,
];
