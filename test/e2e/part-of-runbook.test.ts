// A part of the shipped runbook, on a lab: what it leaves out can never let it destroy what must not be destroyed.
import { afterEach, describe, expect, it } from 'vitest';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const destroying = ['stop-source-operator', 'delete-node-pools', 'delete-machines'];

async function begun(of: Workbench): Promise<readonly string[]> {
  const journal = await of.journal();
  return journal.flatMap((event) => (event.type === 'step.started' ? [event.step] : []));
}

describe('a teardown without the move before it', () => {
  it('is refused: by its plan, and by its guards', { timeout: LIMIT_MS }, async () => {
    bench = await openWorkbench();
    const apply = ['apply', runbook, ...bench.env, '--auto-approve'];
    const alone = await bench.drctl(...apply, '--phase', 'teardown');
    expect(alone.exitCode, show(alone)).toBe(2);
    expect(alone.stderr).toContain('which is left out by --phase teardown');
    const held = await bench.drctl(...apply, '--skip', 'stop-source-operator', '--reason', 'a try');
    expect(held.exitCode, show(held)).toBe(3);
    expect(held.stderr).toContain('rests on stop-source-operator');
    await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');

    const phases = ['preflight', 'backup', 'teardown'].flatMap((phase) => ['--phase', phase]);
    const guarded = await bench.drctl(...apply, ...phases);
    expect(guarded.exitCode, show(guarded)).toBe(3);
    expect(guarded.stderr).toContain('GUARD_REFUSED');
    expect(await begun(bench)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(destroying.join('|'))]),
    );
    await mustSucceed(bench, 'rollback', '--auto-approve');
    await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
  });
});

describe('writers that are not stopped', () => {
  it('are found by the guards before anything is taken away', { timeout: LIMIT_MS }, async () => {
    bench = await openWorkbench();
    const skip = ['--skip', 'stop-writers', '--reason', 'somebody said so'];
    const refused = await bench.drctl('apply', runbook, ...bench.env, '--auto-approve', ...skip);
    expect(refused.exitCode, show(refused)).toBe(3);
    expect(refused.stdout).toContain('needs stop-writers, which is left out');
    expect(refused.stderr).toContain('writers-still-stopped');
    expect(await begun(bench)).not.toContain('delete-routes');
    await mustSucceed(bench, 'rollback', '--auto-approve');
    await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
  });
});

describe('a backup alone', () => {
  it('ends there, and is undone like any run', { timeout: LIMIT_MS }, async () => {
    bench = await openWorkbench();
    await mustSucceed(
      bench,
      'apply',
      runbook,
      ...bench.env,
      '--auto-approve',
      '--until',
      'snapshot',
    );
    expect((await begun(bench)).at(-1)).toBe('snapshot');
    await mustSucceed(bench, 'rollback', '--auto-approve');
    await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
  });
});
