import { describe, expect, it } from 'vitest';
import type { Change, Plan, PlannedStep } from '../../../src/engine/index.ts';
import { createStyle } from '../../../src/cli/style.ts';
import { planLines } from '../../../src/cli/views/plan.ts';
import { destroyedObjects } from '../../../src/cli/views/plan-step.ts';

type FieldsChange = Extract<Change, { readonly fields: unknown }>;

function deletion(object: string, risk: FieldsChange['risk']): FieldsChange {
  return { kind: 'delete', on: { target: 'aws', object }, fields: [], risk };
}

function stepOf(id: string, changes: readonly Change[]): PlannedStep {
  return {
    id,
    title: id,
    action: 'some.action',
    actionVersion: 1,
    effect: 'change',
    needs: [],
    deferUndo: false,
    fate: {
      kind: 'planned',
      instances: [{ id, params: {}, changes, observed: [], notes: [] }],
    },
    risk: 'destructive',
  };
}

function planOf(parts: Partial<Plan>): Plan {
  return {
    format: 1,
    drctl: '1.0.0',
    createdAt: '',
    runbook: { name: 'small', version: '1', digest: 'sha256:0', path: 'small.yaml' },
    envDigest: '',
    offline: false,
    unavailable: [],
    warnings: [],
    preconditions: [],
    phases: [],
    canApply: true,
    ...parts,
  };
}

function phaseOf(id: string, steps: readonly PlannedStep[]): Plan['phases'][number] {
  return { id, title: id, pointOfNoReturn: false, approval: 'none', guards: [], steps };
}

function shown(plan: Plan): string {
  const view = {
    facts: [],
    path: 'small.yaml',
    when: '1s',
    digest: 'sha256:0',
    columns: 100,
    proseColumns: 100,
    full: false,
  };
  return planLines(plan, { ...view, style: createStyle(false) }).join('\n');
}

describe('what will be destroyed', () => {
  it('is every deletion, whatever its risk, and what else is destructive', () => {
    const run: Change = {
      kind: 'run',
      on: { target: 'aws', object: 's3://b/key' },
      summary: 'overwrite it',
      risk: 'destructive',
    };
    const made: FieldsChange = { ...deletion('A new.example.com', 'safe'), kind: 'create' };
    const records = [deletion('A old.example.com', 'disruptive'), deletion('TXT old', 'safe')];
    const plan = planOf({ phases: [phaseOf('cut', [stepOf('dns', [...records, made, run])])] });
    const destroyed = ['aws: A old.example.com', 'aws: TXT old', 'aws: s3://b/key'];
    expect(destroyedObjects(plan)).toEqual(destroyed);
    // The question about a phase names the same.
    expect(destroyedObjects(plan, 'cut')).toEqual(destroyed);
    expect(shown(plan)).toContain(
      `Will be destroyed:\n${destroyed.map((one) => `  - ${one}`).join('\n')}`,
    );
  });

  it('is listed whole, however long', () => {
    const many = Array.from({ length: 60 }, (_, index) => deletion(`Secret n/s-${index}`, 'safe'));
    const text = shown(planOf({ phases: [phaseOf('cut', [stepOf('clean', many)])] }));
    for (const { on } of many) expect(text).toContain(`  - aws: ${on.object}`);
  });
});

it('a precondition that nobody could look at is not said to fail', () => {
  const message = 'cannot be told: the server of target "source" does not answer (ECONNREFUSED)';
  const error = { code: 'CLIENT_UNREACHABLE' as const, message, hint: 'Check the server' };
  const failing = { severity: 'error', verdict: 'fails' } as const;
  const preconditions = [
    { ...failing, id: 'one', message, error, unanswered: true } as const,
    { ...failing, id: 'two', message: 'It is not passive' },
  ];
  const text = shown(planOf({ preconditions, canApply: false }));
  expect(text).toContain(`✗ one: ${message}\n      Check the server`);
  expect(text).toContain(
    'This plan cannot be applied: 1 precondition not holding: two; 1 precondition that cannot be told: one',
  );
});
