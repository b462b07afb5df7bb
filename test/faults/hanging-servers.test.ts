// Servers that hang: each command ends by itself in bounded time and says what does not answer; what needs no server asks
// none; and Ctrl-C ends whatever waits, at once. With the bounds of single calls made short.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CliResult } from '../cli/run-cli.ts';
import type { Fault, ProxiedCall } from '../fakes/fault-proxy/fault-proxy.ts';
import { tally } from '../support/tally.ts';
import { startRunWorld } from './run-world.ts';
import type { RunWorld } from './run-world.ts';

vi.mock('../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<object>()),
  REQUEST_TIMEOUT_MS: 700,
  EXEC_HANDSHAKE_MS: 1_000,
  WATCH_LIFE_MS: 1_000,
}));
vi.mock('../../src/adapters/aws/bounds.ts', async (original) => ({
  ...(await original<object>()),
  ANSWER_MS: 700,
  CALL_MS: 1_500,
  IDLE_MS: 1_000,
  TRANSFER_MS: 1_000,
}));

/** Of a whole command: many calls in a row meet their bounds, on a busy machine. */
const COMMAND_MS = 60_000;
const PROMPT_MS = 3_000;
const hangs: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: 'accept and never answer', fault: { kind: 'hang', after: 'nothing' } },
  { title: 'send headers and then nothing', fault: { kind: 'hang', after: 'headers' } },
  { title: 'trickle a byte at a time', fault: { kind: 'trickle', everyMs: 100 } },
];
const apply = ['apply', 'move.yaml', '--auto-approve'];

let tried = 0;
let world: RunWorld;
beforeAll(async () => {
  world = await startRunWorld();
}, COMMAND_MS);
afterEach(() => world.heal());
afterAll(async () => {
  await world.close();
  tally({ suite: 'commands on servers that hang', faults: tried, violations: 0, differences: 0 });
});

function hang(fault: Fault): void {
  tried += 1;
  for (const proxy of world.proxies) proxy.add({ fault });
}

const asked = (): number => world.proxies.reduce((sum, { seen }) => sum + seen.length, 0);

/** A run that stopped after its first phase has begun. */
async function stoppedRun(): Promise<void> {
  await world.reset();
  world.destination.add({ fault: { kind: 'answer', status: 403 }, matches: isWrite });
  const result = await world.drctl(apply);
  expect(result.code, result.stdout + result.stderr).toBe(1);
  expect(result.stdout).toContain('drctl resume');
  world.heal();
}

const isWrite = ({ method, query }: ProxiedCall): boolean =>
  method !== 'GET' && !query.has('dryRun');

const unreachable = /no answer within|did not end within|CLIENT_UNREACHABLE|does not answer/;
/** A clean stop: a step failed, a precondition refused, a person must look. */
const stopped = expect.toSatisfy((code: number) => [1, 3, 5].includes(code)) as number;

function ended({ code, stdout, stderr }: CliResult): { code: number; said: string } {
  return { code, said: stdout + stderr };
}

describe.each(hangs)('servers that $title', ({ fault }) => {
  it.each(fault.kind === 'trickle' ? ['plan', 'doctor', 'apply'] : ['plan', 'doctor'])(
    '%s ends by itself',
    { timeout: COMMAND_MS },
    async (name) => {
      await world.reset();
      hang(fault);
      const more = name === 'apply' ? ['--auto-approve'] : [];
      expect(ended(await world.drctl([name, 'move.yaml', ...more]))).toEqual({
        code: stopped,
        said: expect.stringMatching(unreachable) as string,
      });
    },
  );

  it.each(['resume', 'rollback'])(
    '%s ends by itself',
    { timeout: 2 * COMMAND_MS },
    async (name) => {
      await stoppedRun();
      hang(fault);
      // An undo is patient by design; its own budget bounds it.
      const budget = name === 'rollback' ? ['--timeout', '8s'] : [];
      expect(ended(await world.drctl([name, '--auto-approve', ...budget]))).toEqual({
        code: stopped,
        said: expect.stringMatching(unreachable) as string,
      });
      world.heal();
      const { code } = await world.drctl([name, '--auto-approve']);
      expect(code).toBe(0);
    },
  );
});

describe('while servers hang', () => {
  it.each([['validate', 'move.yaml'], ['status'], ['runs'], ['plan', 'move.yaml', '--offline']])(
    '%s asks none of them',
    { timeout: 2 * COMMAND_MS },
    async (...argv) => {
      await stoppedRun();
      hang({ kind: 'hang', after: 'nothing' });
      const before = asked();
      expect((await world.drctl(argv)).code).toBe(0);
      expect(asked()).toBe(before);
    },
  );

  it.each([
    { argv: ['plan', 'move.yaml'], signals: 1 },
    { argv: ['doctor', 'move.yaml'], signals: 1 },
    { argv: apply, signals: 2 },
    { argv: ['resume', '--auto-approve'], signals: 2 },
    { argv: ['rollback', '--auto-approve'], signals: 2 },
  ])(
    'Ctrl-C ends $argv at once ($signals times)',
    { timeout: 2 * COMMAND_MS },
    async ({ argv, signals }) => {
      await (argv[0] === 'resume' || argv[0] === 'rollback' ? stoppedRun() : world.reset());
      hang({ kind: 'hang', after: 'nothing' });
      const before = asked();
      let send: ((name: string) => void) | undefined;
      const running = world.drctl(argv, { signals: (one) => (send = one) });
      await expect
        .poll(() => asked(), { timeout: COMMAND_MS, interval: 10 })
        .toBeGreaterThan(before);
      const began = performance.now();
      for (let sent = 0; sent < signals; sent += 1) send?.('SIGINT');
      const { code } = await running;
      expect(performance.now() - began).toBeLessThan(PROMPT_MS);
      expect(code).toBe(130);
    },
  );
});
