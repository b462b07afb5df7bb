// A run of the actions that a move is made of, while a server is ill: at the first call, at every third write, at all of
// them for a while. It succeeds, or it stops cleanly and says how to go on, and then ends as the run without faults.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../src/engine/index.ts';
import type { CliResult } from '../cli/run-cli.ts';
import type { Fault, FaultProxy, ProxiedCall } from '../fakes/fault-proxy/fault-proxy.ts';
import { tally } from '../support/tally.ts';
import { startRunWorld } from './run-world.ts';
import type { RunWorld } from './run-world.ts';

vi.mock('../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<object>()),
  REQUEST_TIMEOUT_MS: 700,
  EXEC_HANDSHAKE_MS: 1_000,
  WATCH_LIFE_MS: 1_500,
  WATCH_BACKOFF_MS: 20,
  MAX_WATCH_BACKOFF_MS: 100,
}));
vi.mock('../../src/adapters/aws/bounds.ts', async (original) => ({
  ...(await original<object>()),
  ANSWER_MS: 700,
  CALL_MS: 2_000,
  IDLE_MS: 1_000,
  TRANSFER_MS: 1_500,
}));

const RUN_MS = 120_000;
/** A step failed, a guard refused, a person must look: nothing else is a clean stop. */
const CLEAN = [1, 3, 5];
const apply = ['apply', 'move.yaml', '--auto-approve'];

interface Ill {
  readonly title: string;
  readonly fault: Fault;
}

const status = (code: number, reason: string): Fault => ({
  kind: 'answer',
  status: code,
  body: JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message: reason }),
});

const ills: readonly Ill[] = [
  { title: '429', fault: status(429, 'TooManyRequests') },
  { title: '503', fault: status(503, 'ServiceUnavailable') },
  { title: '502 in HTML', fault: { kind: 'answer', status: 502, body: '<html>' } },
  { title: '409', fault: status(409, 'Conflict') },
  { title: '410', fault: status(410, 'Expired') },
  { title: '401', fault: status(401, 'Unauthorized') },
  { title: 'a reset before', fault: { kind: 'reset', when: 'before' } },
  { title: 'a reset after', fault: { kind: 'reset', when: 'after' } },
  { title: 'a hang', fault: { kind: 'hang', after: 'nothing' } },
  { title: 'a cut answer', fault: { kind: 'cut-answer', bytes: 30 } },
];

const isWrite = ({ method, isUpgrade }: ProxiedCall): boolean => method !== 'GET' || isUpgrade;

interface Point {
  readonly when: string;
  /** Titles of the faults; absent: all. */
  readonly only?: readonly string[];
  install(proxies: readonly FaultProxy[], fault: Fault): void;
}

const points: readonly Point[] = [
  {
    when: 'at the first call of each server',
    install: (proxies, fault) => {
      for (const proxy of proxies) proxy.add({ times: 1, fault });
    },
  },
  {
    when: 'at every third write',
    install: (proxies, fault) => {
      for (const proxy of proxies) {
        let writes = 0;
        const matches = (call: ProxiedCall): boolean => isWrite(call) && (writes += 1) % 3 === 0;
        proxy.add({ matches, fault });
      }
    },
  },
  {
    when: 'at every write until it stops',
    install: (proxies, fault) => {
      for (const proxy of proxies) proxy.add({ matches: isWrite, fault });
    },
  },
  {
    when: 'at the second to seventh call of each server',
    only: ['503', '401', 'a reset after', 'a hang'],
    install: (proxies, fault) => {
      for (const proxy of proxies) proxy.add({ from: 2, times: 6, fault });
    },
  },
];

let tried = 0;
let differences = 0;

describe('a run through faults', () => {
  let world: RunWorld;
  let uncut: Json;

  beforeAll(async () => {
    world = await startRunWorld();
    await world.reset();
    const result = await world.drctl(apply);
    if (result.code !== 0)
      throw new Error(`The run without faults: ${result.stdout}${result.stderr}`);
    uncut = await world.content();
  }, RUN_MS);
  afterEach(() => world.heal());
  afterAll(async () => {
    await world.close();
    tally({
      suite: 'a run of the main actions through each fault at several points',
      faults: tried,
      violations: 0,
      differences,
    });
  });

  const isBegun = async (): Promise<boolean> => {
    const { stdout } = await world.drctl(['runs', '--json']);
    return stdout.includes('"runId"');
  };

  /** After a clean stop, with the fault gone. */
  const goOn = async (stopped: CliResult): Promise<CliResult> => {
    expect(CLEAN, stopped.stdout + stopped.stderr).toContain(stopped.code);
    world.heal();
    if (!(await isBegun())) return world.drctl(apply);
    expect(stopped.stdout + stopped.stderr).toContain('drctl resume');
    return world.drctl(['resume', '--auto-approve']);
  };

  for (const { when, only, install } of points) {
    const those = only === undefined ? ills : ills.filter(({ title }) => only.includes(title));
    it.each(those)(`$title ${when}`, { timeout: RUN_MS }, async ({ fault }) => {
      await world.reset();
      tried += 1;
      differences += 1;
      install(world.proxies, fault);
      let result = await world.drctl(apply);
      for (let stops = 0; result.code !== 0 && stops < 3; stops += 1) result = await goOn(result);
      expect(result.code, result.stdout + result.stderr).toBe(0);
      expect(await world.content()).toEqual(uncut);
      differences -= 1;
    });
  }
});
