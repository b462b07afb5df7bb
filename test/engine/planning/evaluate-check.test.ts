// Checks always give an answer, and can only read.

import { Type } from 'typebox';
import { expect, it } from 'vitest';
import {
  createRegistry,
  defineAction,
  defineReadAction,
  DrctlError,
} from '../../../src/engine/index.ts';
import { evaluateCheck } from '../../../src/engine/planning/evaluate-check.ts';
import { baseScope } from '../../../src/engine/planning/scope.ts';
import { check, toySession } from './toy-world.ts';
import type { ToyPorts } from './toy-world.ts';

const none = Type.Object({});
const one = check({ id: 'c', action: 'toy.check', with: {} });

function evaluate(
  given: Parameters<typeof toySession>[0],
  checked = one,
  signal = new AbortController().signal,
) {
  const session = toySession(given);
  return evaluateCheck({ session, check: checked, scope: baseScope(session), signal });
}

const reading = (read: () => Promise<object>) =>
  createRegistry<ToyPorts>([
    defineReadAction<ToyPorts, typeof none, typeof none>({
      name: 'toy.check',
      version: 1,
      permissions: () => ({ carryOut: [] }),
      summary: 'Checks',
      examples: [],
      params: none,
      outputs: none,
      plan: async () => ({ changes: [{ kind: 'none', because: 'waits' }] }),
      read,
    }),
  ]);

it('carries the check out rather than planning it, so that a wait is really waited for', async () => {
  const registry = reading(() => Promise.reject(new Error('did not come')));
  expect(await evaluate({ registry })).toEqual({
    id: 'c',
    severity: 'error',
    verdict: 'fails',
    message: 'did not come',
    error: { code: 'BUG', message: 'did not come' },
  });
});

it('ends a check that does not honour its signal after its timeout', async () => {
  const registry = reading(() => new Promise(() => undefined));
  expect(await evaluate({ registry }, { ...one, timeoutMs: 5 })).toMatchObject({
    verdict: 'fails',
    error: { code: 'STEP_TIMEOUT', message: 'Check "c" did not end within 5ms' },
  });
});

it('gives a check nothing to write with', async () => {
  let writers: unknown;
  const registry = createRegistry<ToyPorts>([
    {
      ...defineAction<ToyPorts, typeof none, typeof none>({
        name: 'toy.check',
        version: 1,
        permissions: () => ({ carryOut: [] }),
        effect: 'read',
        summary: 'Claims to read',
        examples: [],
        params: none,
        outputs: none,
        plan: async () => ({ changes: [] }),
        apply: async (_, context) => {
          writers = context.clients;
          return {};
        },
        probe: async () => ({ found: 'not-done' }),
        undo: { possible: false, because: 'reads only' },
      }),
    },
  ]);
  const session = toySession({ registry });
  await evaluate({ registry, ports: session.ports });
  expect(writers).toBe(session.ports.readers);
});

it('rejects with the reason of the signal, because an interruption is no answer', async () => {
  const reason = new Error('interrupted');
  const registry = reading(async () => ({}));
  await expect(evaluate({ registry }, one, AbortSignal.abort(reason))).rejects.toBe(reason);
});

it('masks what a failing check says', async () => {
  const registry = reading(() => Promise.reject(new Error('the token is s3cr3t-value')));
  const env = [
    { name: 'T', value: 's3cr3t-value', sensitive: true, origin: { from: 'set' } },
  ] as const;
  const result = await evaluate({ registry, env }, { ...one, message: 'Bad {{env.T}}' });
  expect(result.message).toBe('Bad (sensitive)');
  expect(result.error?.message).toBe('the token is (sensitive)');
});

it('says what to do about what was found, masked', async () => {
  const registry = reading(() => Promise.reject(new DrctlError('ASSERTION_FAILED', 'It is red')));
  const env = [
    { name: 'T', value: 's3cr3t-value', sensitive: true, origin: { from: 'set' } },
  ] as const;
  const result = await evaluate({ registry, env }, { ...one, remedy: 'paint --with {{env.T}}' });
  expect(result).toMatchObject({ message: 'It is red', remedy: 'paint --with (sensitive)' });
});

it('recommends no remedy where nothing was read: all may be as it must be', async () => {
  const registry = reading(() => Promise.reject(new DrctlError('CLIENT_DENIED', 'Not you')));
  expect(await evaluate({ registry }, { ...one, remedy: 'paint it' })).not.toHaveProperty('remedy');
  const holds = reading(async () => ({}));
  expect(await evaluate({ registry: holds }, { ...one, remedy: 'paint it' })).not.toHaveProperty(
    'remedy',
  );
});
