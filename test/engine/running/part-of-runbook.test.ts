// A run of a part of a runbook stays that part, whoever goes on with it: what is left out is skipped with the reason and
// asks nobody, and guards stay as strict as ever.

import { describe, expect, it } from 'vitest';
import { fold, summarizeRun } from '../../../src/engine/index.ts';
import type { Approver, StepChoice } from '../../../src/engine/index.ts';
import { Harness } from './support/harness.ts';
import type { ToyPhase } from './support/toy-runbook.ts';

const set = (id: string, ...needs: readonly string[]) => ({
  id,
  action: 'toy.set',
  needs,
  with: { key: id, value: 'x' },
});
const destroy = { id: 'destroy', action: 'toy.destroy', with: { key: 'precious' } };
const each = { ...set('each'), forEach: "['1', '2']", with: { key: 'each{{item}}', value: 'x' } };
const guard = { id: 'moved', action: 'toy.get', with: { key: 'moved' } };

const phases: readonly ToyPhase[] = [
  { id: 'move', approval: 'required', steps: [set('one'), set('two', 'one'), each] },
  {
    id: 'teardown',
    approval: 'required',
    pointOfNoReturn: true,
    guards: [guard],
    steps: [destroy],
  },
];

function person(): Approver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    approve: async ({ subject }) => {
      asked.push(subject);
      return { by: 'ada', at: '2026-11-22T00:00:00Z', how: 'prompt' };
    },
  };
}

function part(choice: Partial<StepChoice>, values: Readonly<Record<string, string>> = {}): Harness {
  return new Harness(
    { phases },
    { choice, approver: person(), values: { precious: 'precious', ...values } },
  );
}

const asked = ({ approver }: Harness): readonly string[] =>
  (approver as ReturnType<typeof person>).asked;

describe('a run of a part', () => {
  it('skips the rest with the reason, asks nobody about it, and says in its journal what it left out', async () => {
    const harness = part({ until: 'two' });
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
    expect(asked(harness)).toEqual(['move']);
    expect(harness.world.writes).toEqual(['one=x', 'two=x']);
    const because = 'left out by --until two';
    const journal = await harness.journal();
    expect(journal[0]).toMatchObject({ leftOut: { each: because, destroy: because } });
    expect(journal.filter(({ type }) => type === 'step.skipped')).toEqual([
      { type: 'step.skipped', step: 'each', because },
      { type: 'step.skipped', step: 'destroy', because },
    ]);
  });

  it('shows in its summary what is left out before it is reached', async () => {
    const harness = part({ until: 'two' });
    const plan = await harness.plan();
    const { registry } = harness.session();
    const none = fold([]);
    const { phases: shown } = summarizeRun(harness.runbook, registry, none, plan);
    expect(shown[1]?.steps).toMatchObject([{ id: 'destroy', leftOut: 'left out by --until two' }]);
  });

  it('is resumed and rolled back as that part', async () => {
    const harness = part({ until: 'two' });
    harness.killAt({ of: 'append', n: 5, when: 'after' });
    await expect(harness.start()).rejects.toThrow('Killed');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.writes).toEqual(['one=x', 'two=x']);
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.values.get('one')).toBeUndefined();
    expect(harness.world.values.get('precious')).toBe('precious');
  });

  it('is refused by the guards of what it does without what comes before', async () => {
    const harness = part({ phases: ['teardown'] });
    expect(await harness.start()).toMatchObject({
      outcome: 'waiting',
      error: { code: 'GUARD_REFUSED' },
    });
    expect(harness.world.writes).toEqual([]);
    const moved = part({ phases: ['teardown'] }, { moved: 'yes' });
    expect(await moved.start()).toMatchObject({ outcome: 'succeeded' });
    expect(asked(moved)).toEqual(['teardown']);
  });

  it('is not gone on with when its header says that other steps are left out', async () => {
    const harness = part({ until: 'two' });
    harness.killAt({ of: 'append', n: 5, when: 'after' });
    await expect(harness.start()).rejects.toThrow('Killed');
    const header = await harness.store.header('toy-run');
    const { selection, ...plan } = header.plan;
    expect(selection).toBeDefined();
    harness.store.header = async () => ({ ...header, plan });
    await expect(harness.resume()).rejects.toMatchObject({
      code: 'RUN_MISMATCH',
      message: expect.stringContaining('header of run toy-run was changed'),
    });
  });
});
