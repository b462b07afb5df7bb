// Undone before the point of no return, after having been killed on the way.
import { afterEach, describe, expect, it } from 'vitest';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function applyUntil(step: string): Promise<Workbench> {
  const world = await openWorkbench();
  bench = world;
  const stop = { signal: 'SIGKILL' as const, step };
  const begun = await world.interrupted(stop, 'apply', runbook, ...world.env, '--auto-approve');
  expect(begun.signal, show(begun)).toBe('SIGKILL');
  return world;
}

describe('before the destination can serve', () => {
  it.each([
    { name: 'right after the writers were stopped', step: 'snapshot' },
    { name: 'while the names are being released', step: 'names-released' },
    { name: 'in the middle of the restore', step: 'restore-machines' },
  ])(
    'a rollback gives back the world as it was: $name',
    { timeout: LIMIT_MS },
    async ({ step }) => {
      const world = await applyUntil(step);
      await mustSucceed(world, 'rollback', '--preview');
      await mustSucceed(world, 'rollback', '--auto-approve');
      await mustSucceed(world, 'lab', 'check', '--expect', 'unchanged');
    },
  );
});

describe('once the destination may have served', () => {
  it(
    'a rollback waits for a person, who then gives up the writes since the move and nothing else',
    { timeout: LIMIT_MS },
    async () => {
      const world = await applyUntil('same-instances');
      const waiting = await world.drctl('rollback', '--approve', 'rollback');
      expect(waiting.exitCode, show(waiting)).toBe(5);
      expect(waiting.stdout + waiting.stderr).toContain('loses all writes since then');
      await mustSucceed(world, 'rollback', '--auto-approve');
      const check = await world.drctl('lab', 'check', '--expect', 'unchanged');
      const differences = check.stdout.split('\n').filter((line) => line.includes('✗'));
      expect(differences, show(check)).toHaveLength(1);
      expect(differences[0]).toContain('hosted-writes-kept');
    },
  );
});
