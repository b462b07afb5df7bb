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

const nothing: Change = { kind: 'none', because: 'it is so already' };

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

function shown(plan: Plan, full = false): string {
  const view = {
    facts: [],
    path: 'small.yaml',
    when: '1s',
    digest: 'sha256:0',
    columns: 100,
    proseColumns: 100,
    full,
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
    const [, list = ''] = text.split('Will be destroyed:\n  - aws: 60 Secrets in n: ');
    const names = list.split('\nDigest')[0]?.split(/,\s+/);
    expect(names).toEqual(many.map((_, index) => `s-${index}`));
  });
});

const create = (object: string): FieldsChange => ({
  ...deletion(object, 'safe'),
  kind: 'create',
  fields: [{ path: 'data.key', after: object }],
});
const scale = (object: string, before: number): FieldsChange => ({
  ...deletion(object, 'disruptive'),
  kind: 'update',
  fields: [{ path: 'spec.replicas', before, after: 0 }],
});
const shownStep = (changes: readonly Change[], full = false): string =>
  shown(planOf({ phases: [phaseOf('p', [stepOf('s', changes)])] }), full)
    .split('Phase p\n')[1]
    ?.split('\n\n')[0] ?? '';

describe('very many', () => {
  it('objects to be destroyed are counted, and the first named', () => {
    const many = Array.from({ length: 500 }, (_, index) => deletion(`Secret n/s-${index}`, 'safe'));
    const plan = planOf({ phases: [phaseOf('cut', [stepOf('clean', many)])] });
    const [, list = ''] = shown(plan).split('Will be destroyed:\n');
    expect(list).toContain('- aws: 500 Secrets in n: s-0, s-1,');
    expect(list.replaceAll(/\s+/g, ' ')).toContain('s-19 … and 480 more (--full)');
    const [, whole = ''] = shown(plan, true).split('Will be destroyed:\n');
    for (const { on } of many) expect(whole).toContain(`- aws: ${on.object}\n`);
  });

  it('steps are counted by what they do, but for those that could not be planned', () => {
    const steps = Array.from({ length: 1000 }, (_, index) =>
      stepOf(`s${index}`, [index % 2 === 0 ? deletion(`Secret n/${index}`, 'safe') : nothing]),
    );
    const error = { code: 'CLIENT_DENIED', message: 'No' } as const;
    const broken: PlannedStep = {
      ...stepOf('broken', []),
      fate: {
        kind: 'planned',
        instances: [{ id: 'broken', params: {}, changes: [], observed: [], notes: [], error }],
      },
    };
    const plan = planOf({ phases: [phaseOf('p', [...steps, broken])] });
    const text = shown(plan);
    expect(text).toContain('  - s38  [some.action]\n');
    expect(text).not.toContain(' s41 ');
    expect(text).toContain('✗ broken');
    expect(text).toContain('… 960 more steps: 480 deleting, 480 changing nothing (--full)');
    expect(shown(plan, true)).toContain(' s999 ');
  });
});

describe('changes of one sort', () => {
  it('are told together, with their names', () => {
    expect(shownStep([create('Secret n/a'), create('ConfigMap n/c'), create('Secret n/b')])).toBe(
      [
        '  + s  [some.action]',
        '      + aws: 2 Secrets in n',
        '          a, b',
        '      + aws: ConfigMap n/c',
        '          data.key: "ConfigMap n/c"',
      ].join('\n'),
    );
  });

  it('are those that are changed alike: others stand for themselves', () => {
    expect(
      shownStep([
        scale('Deployment n/a', 1),
        scale('Deployment n/b', 1),
        scale('Deployment n/c', 3),
      ]),
    ).toBe(
      [
        '  ~ s  [some.action]',
        '      ~ aws: 2 Deployments in n (disruptive)',
        '          a, b',
        '          spec.replicas: 1 → 0',
        '      ~ aws: Deployment n/c (disruptive)',
        '          spec.replicas: 3 → 0',
      ].join('\n'),
    );
  });

  it('are each shown where all is asked for', () => {
    const all = Array.from({ length: 30 }, (_, index) => create(`Secret n/s-${index}`));
    const text = shownStep(all, true);
    for (const { on } of all) expect(text).toContain(`+ aws: ${on.object}\n`);
    expect(shownStep(all).split('\n').length).toBeLessThan(6);
  });
});

it('preconditions that hold are counted, and every other one is told', () => {
  const ids = Array.from({ length: 9 }, (_, index) => `check-${index}`);
  const holding = ids.map((id) => ({ id, severity: 'error', verdict: 'holds' }) as const);
  const failing = { id: 'three', severity: 'error', verdict: 'fails', message: 'No' } as const;
  const preconditions = [...holding, failing];
  expect(shown(planOf({ preconditions }))).toContain(
    'Preconditions\n  ✓ 9 hold (--full names them)\n  ✗ three: No\n',
  );
  const whole = shown(planOf({ preconditions }), true);
  for (const id of ids) expect(whole).toContain(`  ✓ ${id}\n`);
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

it('the impact stands at the end, and what refuses the plan is named', () => {
  const impact = [
    { title: 'Instances', value: 2, mustBe: 0, refuses: true },
    { title: 'Clusters', value: ['a', 'b'], refuses: false },
    { title: 'Names', value: [], mustBe: [], refuses: false },
    { title: 'Later', refuses: false, because: 'known after find' },
  ];
  const text = shown(planOf({ impact, canApply: false }));
  expect(text).toContain(
    [
      'Blast radius:',
      '  ✗ Instances: 2 (must be 0)',
      '  · Clusters: 2 (a, b)',
      '  ✓ Names: 0 (must be 0)',
      '  ? Later: known after find',
    ].join('\n'),
  );
  expect(text).toContain('This plan cannot be applied: Instances: 2 (must be 0)');
});

it('what is out of use for a while is told, with its steps', () => {
  const outages = [{ title: 'the API is away', from: 'stop', until: 'start' }];
  expect(shown(planOf({ outages }))).toContain(
    'Out of use: the API is away, from stop until start has ended',
  );
});

it('a part that puts something out of use and does not bring it back says so', () => {
  const outages = [{ title: 'the API is away', from: 'stop', until: 'start' }];
  const choice = { phases: [], only: [], skip: [], until: 'stop' };
  const selection = { choice, leftOut: { start: 'left out by --until stop' }, kept: [] };
  expect(shown(planOf({ outages, selection }))).toContain(
    'Out of use: the API is away, from stop on: nothing in this part ends it, for start is left out',
  );
});
