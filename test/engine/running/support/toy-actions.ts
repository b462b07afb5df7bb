// Small honest actions over the toy world: they record undo before they write, and their probes look at the world.

import { Type } from 'typebox';
import { DrctlError, defineAction, defineReadAction } from '../../../../src/engine/index.ts';
import type { Action, Change, ReadContext, WriteContext } from '../../../../src/engine/index.ts';
import type { ToyPorts } from './toy-world.ts';

const keyed = Type.Object({ key: Type.String(), target: Type.Optional(Type.String()) });
const nothing = Type.Object({});

function update(key: string, before: string | undefined, after: string): readonly Change[] {
  if (before === after) return [{ kind: 'none', because: 'it is so already' }];
  const risk = before === 'precious' ? 'destructive' : 'safe';
  return [{ kind: 'update', on: { target: 'toy', object: key }, fields: [], risk }];
}

async function write(
  key: string,
  value: string,
  { clients, recordUndo }: WriteContext<ToyPorts>,
): Promise<void> {
  const before = await clients.world.get(key);
  if (before === value) return;
  await recordUndo({ [key]: before ?? null });
  await clients.world.set(key, value);
}

const undo = {
  possible: true,
  async run(
    { entries }: { readonly entries: ReadonlyMap<string, unknown> },
    { clients }: WriteContext<ToyPorts>,
  ): Promise<void> {
    for (const [key, before] of [...entries].toReversed()) {
      const wanted = typeof before === 'string' ? before : undefined;
      if ((await clients.world.get(key)) !== wanted) await clients.world.set(key, wanted);
    }
  },
} as const;

const setParams = Type.Object({ key: Type.String(), value: Type.String() });

export const toySet = defineAction<ToyPorts, typeof setParams, typeof setParams>({
  name: 'toy.set',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Sets a value',
  examples: [],
  params: setParams,
  outputs: setParams,
  plan: async ({ key, value }, { readers }) => ({
    changes: update(key, await readers.world.get(key), value),
  }),
  apply: async ({ key, value }, ctx) => {
    await write(key, value, ctx);
    return { key, value };
  },
  probe: async ({ key, value }, { readers }) =>
    (await readers.world.get(key)) === value
      ? { found: 'done', outputs: { key, value } }
      : { found: 'not-done' },
  undo,
});

/** Fails as a busy server does until the world has been asked three times. */
export const toyFlaky = defineAction<ToyPorts, typeof setParams, typeof nothing>({
  name: 'toy.flaky',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Sets a value when asked for the third time',
  examples: [],
  params: setParams,
  outputs: nothing,
  plan: async () => ({
    changes: [{ kind: 'run', on: { target: 'toy', object: 'it' }, summary: 'tries', risk: 'safe' }],
  }),
  apply: async ({ key, value }, ctx) => {
    const asked = Number((await ctx.clients.world.get(`asked ${key}`)) ?? '0') + 1;
    await ctx.clients.world.set(`asked ${key}`, String(Math.min(asked, 3)));
    if (asked < 3) throw new DrctlError('CLIENT_THROTTLED', 'Too busy', { retryable: true });
    await write(key, value, ctx);
    return {};
  },
  probe: async ({ key, value }, { readers }) =>
    (await readers.world.get(key)) === value
      ? { found: 'done', outputs: {} }
      : { found: 'not-done' },
  undo,
});

/** Creates a thing under a name that only this run knows: created twice, it would be there twice. */
export const toyCreate = defineAction<ToyPorts, typeof keyed, typeof keyed>({
  name: 'toy.create',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Creates a thing',
  examples: [],
  params: keyed,
  outputs: keyed,
  plan: async ({ key }) => ({
    changes: [{ kind: 'create', on: { target: 'toy', object: key }, fields: [], risk: 'safe' }],
  }),
  apply: async ({ key }, ctx) => {
    const name = `${key}/${ctx.token}`;
    await ctx.recordUndo({ [name]: null });
    if ((await ctx.clients.world.get(name)) === undefined)
      await ctx.clients.world.set(name, 'made');
    return { key: name };
  },
  probe: async ({ key }, { readers, token }) => {
    const name = `${key}/${token}`;
    return (await readers.world.get(name)) === undefined
      ? { found: 'not-done' }
      : { found: 'done', outputs: { key: name } };
  },
  undo,
});

/** Counts up, and would count twice when carried out twice: only its probe can tell whether it has. */
export const toyCount = defineAction<ToyPorts, typeof keyed, typeof nothing>({
  name: 'toy.count',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Counts up by one',
  examples: [],
  params: keyed,
  outputs: nothing,
  plan: async ({ key }) => ({
    changes: [{ kind: 'run', on: { target: 'toy', object: key }, summary: 'counts', risk: 'safe' }],
  }),
  apply: async ({ key }, { clients, recordUndo }) => {
    const before = (await clients.world.get(key)) ?? null;
    await recordUndo({ [key]: before });
    await clients.world.set(key, String(Number(before ?? '0') + 1));
    return {};
  },
  probe: async ({ key }, { readers, undoEntries }) =>
    undoEntries.has(key) && undoEntries.get(key) !== ((await readers.world.get(key)) ?? null)
      ? { found: 'done', outputs: {} }
      : { found: 'not-done' },
  undo,
});

export const toyDestroy = defineAction<ToyPorts, typeof keyed, typeof nothing>({
  name: 'toy.destroy',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'destroy',
  summary: 'Destroys a thing for good',
  examples: [],
  params: keyed,
  outputs: nothing,
  plan: async ({ key }, { readers }) => ({
    changes:
      (await readers.world.get(key)) === undefined
        ? [{ kind: 'none', because: 'gone' }]
        : [{ kind: 'delete', on: { target: 'toy', object: key }, fields: [], risk: 'destructive' }],
  }),
  apply: async ({ key }, { clients }) => {
    await clients.world.set(key, undefined);
    return {};
  },
  probe: async ({ key }, { readers }) =>
    (await readers.world.get(key)) === undefined
      ? { found: 'done', outputs: {} }
      : { found: 'not-done' },
  undo: { possible: false, because: 'what is destroyed is gone' },
});

const valueOutputs = Type.Object({ value: Type.String() });
const secretOutputs = Type.Object({ value: Type.String({ 'x-drctl': 'sensitive' }) });

async function readValue(key: string, { readers }: ReadContext<ToyPorts>): Promise<string> {
  const value = await readers.world.get(key);
  if (value !== undefined) return value;
  throw new DrctlError('ASSERTION_FAILED', `${key} is not there`);
}

export const toyGet = defineReadAction<ToyPorts, typeof keyed, typeof valueOutputs>({
  name: 'toy.get',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Reads a value',
  examples: [],
  params: keyed,
  outputs: valueOutputs,
  read: async ({ key }, ctx) => ({ value: await readValue(key, ctx) }),
});

export const toySecret = defineReadAction<ToyPorts, typeof keyed, typeof secretOutputs>({
  name: 'toy.secret',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Reads a secret value',
  examples: [],
  params: keyed,
  outputs: secretOutputs,
  read: async ({ key }, ctx) => ({ value: await readValue(key, ctx) }),
});

const listParams = Type.Object({ prefix: Type.String() });
const listOutputs = Type.Object({ items: Type.Array(Type.Object({ name: Type.String() })) });

export const toyList = defineReadAction<ToyPorts, typeof listParams, typeof listOutputs>({
  name: 'toy.list',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Lists names',
  examples: [],
  params: listParams,
  outputs: listOutputs,
  read: async ({ prefix }, { readers }) => ({
    items: (await readers.world.list(prefix)).map((name) => ({ name })),
  }),
});

const urlOutputs = Type.Object({ url: Type.String({ 'x-drctl': 'sensitive' }) });

export const toySign = defineReadAction<ToyPorts, typeof keyed, typeof urlOutputs>({
  name: 'toy.sign',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  perishable: true,
  summary: 'Signs a URL that is good until the next one is signed',
  examples: [],
  params: keyed,
  outputs: urlOutputs,
  read: async ({ key }, { readers }) => ({ url: await readers.world.sign(key) }),
});

const fetchParams = Type.Object({ key: Type.String(), url: Type.String() });

export const toyFetch = defineAction<ToyPorts, typeof fetchParams, typeof nothing>({
  name: 'toy.fetch',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Fetches from a signed URL',
  examples: [],
  params: fetchParams,
  outputs: nothing,
  plan: async ({ key }, { readers }) => ({
    changes: update(key, await readers.world.get(key), 'fetched'),
  }),
  apply: async ({ key, url }, ctx) => {
    await ctx.clients.world.fetch(url);
    await write(key, 'fetched', ctx);
    return {};
  },
  probe: async ({ key }, { readers }) =>
    (await readers.world.get(key)) === 'fetched'
      ? { found: 'done', outputs: {} }
      : { found: 'not-done' },
  undo,
});

export const toyActions: readonly Action<ToyPorts>[] = [
  toySet,
  toyFlaky,
  toyCreate,
  toyCount,
  toyDestroy,
  toyGet,
  toySecret,
  toyList,
  toySign,
  toyFetch,
];
