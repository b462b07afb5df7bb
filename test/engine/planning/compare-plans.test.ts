// What moved between a saved plan and the world: each rule with what matters and what is only said.

import { describe, expect, it } from 'vitest';
import { comparePlans, isRefusedAnyway, planDigest } from '../../../src/engine/index.ts';
import type {
  Change,
  CheckResult,
  Plan,
  PlannedInstance,
  PlannedStep,
} from '../../../src/engine/index.ts';

const secret = { target: 'source', object: 'Secret ns/s' };
const update = (after: string, risk: 'safe' | 'destructive' = 'safe'): Change => ({
  kind: 'update',
  on: secret,
  fields: [{ path: 'data.a', before: 'x', after }],
  risk,
});
const create = (object: string): Change => ({
  kind: 'create',
  on: { target: 'source', object },
  fields: [],
  risk: 'safe',
});
const none: Change = { kind: 'none', because: 'it is so already' };
const later: Change = { kind: 'later', waitsFor: ['other'] };
const observed = { object: 'source: Secret ns/s', id: 'uid-1', digest: 'sha256:1' };

function instance(changes: readonly Change[], given: Partial<PlannedInstance> = {}) {
  return { id: 's', params: {}, changes, observed: [], notes: [], ...given };
}

function planned(...instances: readonly PlannedInstance[]): PlannedStep['fate'] {
  return { kind: 'planned', instances };
}

const skipped: PlannedStep['fate'] = { kind: 'skipped', because: 'when is false' };
const unknown: PlannedStep['fate'] = { kind: 'later', waitsFor: ['other'] };
const broken = instance([], { error: { code: 'CLIENT_UNREACHABLE', message: 'gone' } });

interface Given extends Partial<Pick<PlannedStep, 'effect' | 'risk'>> {
  readonly checks?: readonly CheckResult[];
  readonly guards?: readonly CheckResult[];
  readonly canApply?: boolean;
}

function plan(fate: PlannedStep['fate'], given: Given = {}): Plan {
  const { effect = 'change', risk = 'disruptive', checks = [], guards = [] } = given;
  const step = {
    id: 's',
    title: 's',
    action: 'toy.set',
    actionVersion: 1,
    effect,
    needs: [],
    deferUndo: false,
    fate,
    risk,
  };
  return {
    format: 1,
    drctl: '1',
    createdAt: '2026-12-01T00:00:00Z',
    runbook: { name: 'toy', version: '1', digest: 'sha256:0', path: '/toy.yaml' },
    envDigest: 'sha256:0',
    offline: false,
    unavailable: [],
    warnings: [],
    preconditions: checks,
    phases: [
      { id: 'p', title: 'p', pointOfNoReturn: false, approval: 'none', guards, steps: [step] },
    ],
    canApply: given.canApply ?? true,
  };
}

const held = (verdict: CheckResult['verdict']): CheckResult => ({
  id: 'c',
  verdict,
  severity: 'error',
});

describe('what matters', () => {
  it.each<[string, PlannedStep['fate'], PlannedStep['fate']]>([
    ['other fields', planned(instance([update('y')])), planned(instance([update('z')]))],
    ['another kind', planned(instance([update('y')])), planned(instance([none]))],
    [
      'a higher risk',
      planned(instance([update('y')])),
      planned(instance([update('y', 'destructive')])),
    ],
    ['an object more', planned(instance([none])), planned(instance([create('Secret ns/t')]))],
    ['an instance more', planned(), planned(instance([update('y')]))],
    ['an instance less', planned(instance([update('y')])), planned()],
    [
      'other parameters',
      planned(instance([none], { params: { a: 1 } })),
      planned(instance([none])),
    ],
    ['a step that is left out', planned(instance([update('y')])), skipped],
    ['a step that was left out', skipped, planned(instance([update('y')]))],
    ['a step left out that may do anything', skipped, unknown],
    ['what is not known any more', planned(instance([update('y')])), unknown],
    [
      'a part that is not known any more',
      planned(instance([update('y')])),
      planned(instance([later])),
    ],
    ['a step that cannot be planned', planned(instance([update('y')])), planned(broken)],
    ['one known later that cannot be planned', unknown, planned(broken)],
    [
      'an object made anew',
      planned(instance([update('y')], { observed: [observed] })),
      planned(instance([update('y')], { observed: [{ ...observed, id: 'uid-2' }] })),
    ],
    [
      'an object more that is worked on, though what is done reads the same',
      planned(instance([update('y')], { observed: [observed] })),
      planned(
        instance([update('y')], {
          observed: [observed, { ...observed, object: 'source: Secret ns/t' }],
        }),
      ),
    ],
    [
      'what is known now and riskier than anything planned',
      unknown,
      planned(instance([update('y', 'destructive')])),
    ],
    [
      'a known part that moved beside one that was not known',
      planned(instance([update('y'), later])),
      planned(instance([update('z'), create('Secret ns/t')])),
    ],
  ])('is %s', (_what, before, after) => {
    expect(comparePlans(plan(before), plan(after)).some(({ matters }) => matters)).toBe(true);
  });

  it('is a risk that rose, though the changes are the same', () => {
    const same = planned(instance([update('y')]));
    const moves = comparePlans(plan(same), plan(same, { risk: 'destructive' }));
    expect(moves).toMatchObject([
      { matters: true, message: expect.stringContaining('destructive') },
    ]);
  });

  it.each(['checks', 'guards'] as const)(
    'is one of the %s that does not hold any more',
    (which) => {
      const before = plan(planned(), { [which]: [held('holds')] });
      const after = plan(planned(), { [which]: [held('fails')] });
      expect(comparePlans(before, after)).toMatchObject([{ name: 'c', matters: true }]);
      expect(comparePlans(after, before)).toMatchObject([{ name: 'c', matters: false }]);
    },
  );
});

describe('what is only said', () => {
  it.each<[string, PlannedStep['fate'], PlannedStep['fate']]>([
    ['what is known now', unknown, planned(instance([update('y')]))],
    [
      'a part that is known now',
      planned(instance([later])),
      planned(instance([create('Secret ns/t')])),
    ],
    ['that a step known later is left out', unknown, skipped],
    ['another reason to leave it out', skipped, { ...skipped, because: 'another' }],
    [
      'what changed where the changes stay the same',
      planned(instance([update('y')], { observed: [observed] })),
      planned(instance([update('y')], { observed: [{ ...observed, digest: 'sha256:2' }] })),
    ],
  ])('is %s', (_what, before, after) => {
    expect(comparePlans(plan(before), plan(after))).toMatchObject([{ name: 's', matters: false }]);
  });

  it('is what a reading step finds, unless it cannot read', () => {
    const reads = { effect: 'read', risk: 'safe' } as const;
    const before = plan(planned(instance([none], { params: { a: 1 } })), reads);
    const moved = comparePlans(before, plan(planned(instance([none])), reads));
    expect(moved.some(({ matters }) => matters)).toBe(false);
    const after = plan(planned(broken), { ...reads, canApply: false });
    const failed = comparePlans(before, after);
    expect(failed).toMatchObject([{ matters: true }]);
    expect(isRefusedAnyway(failed, after)).toBe(true);
  });

  it('is nothing where notes, reasons and the time differ', () => {
    const before = plan(planned(instance([none], { notes: ['1 h old'] })));
    const other = planned(instance([{ ...none, because: 'another' }], { notes: ['2 h old'] }));
    expect(comparePlans(before, { ...plan(other), createdAt: 'later' })).toEqual([]);
  });
});

it('lists fields before and after, as planned and now', () => {
  const before = plan(planned(instance([update('y')])));
  const after = plan(planned(instance([update('z')])));
  expect(comparePlans(before, after)[0]?.objects).toEqual([
    {
      object: 'source: Secret ns/s',
      message: 'update, with other fields',
      fields: [
        { path: 'data.a', planned: { before: 'x', after: 'y' }, now: { before: 'x', after: 'z' } },
      ],
    },
  ]);
});

it('does not call a plan refused anyway when something else moved as well', () => {
  const before = plan(planned(instance([update('y')])), { checks: [held('holds')] });
  const given = { checks: [held('fails')], canApply: false };
  const only = plan(planned(instance([update('y')])), given);
  expect(isRefusedAnyway(comparePlans(before, only), only)).toBe(true);
  const more = plan(planned(instance([update('z')])), given);
  expect(isRefusedAnyway(comparePlans(before, more), more)).toBe(false);
});

it('finds nothing that matters between plans of one digest', () => {
  const fates = [
    planned(instance([update('y')])),
    planned(instance([update('z')])),
    planned(instance([none])),
    planned(instance([later])),
    planned(),
    skipped,
    unknown,
  ];
  const of = { runId: 'r', clusters: {} };
  const plans = fates.map((fate) => plan(fate));
  const alike = plans.flatMap((before) =>
    plans
      .filter((after) => planDigest(before, of) === planDigest(after, of))
      .map((after) => comparePlans(before, after).some((move) => move.matters)),
  );
  expect(alike).toEqual(fates.map(() => false));
});

const withImpact = (value: number): Plan => ({
  ...plan(planned(instance([none]))),
  impact: [{ title: 'Clusters', value, refuses: false }],
});

it('an impact that has become another one matters, and makes another digest', () => {
  const of = { runId: 'r', clusters: {} };
  expect(comparePlans(withImpact(2), withImpact(2))).toEqual([]);
  expect(comparePlans(withImpact(2), withImpact(3))).toEqual([
    { about: 'impact', name: 'Clusters', matters: true, message: 'is 3 now; 2 was planned' },
  ]);
  expect(planDigest(withImpact(2), of)).not.toBe(planDigest(withImpact(3), of));
});
