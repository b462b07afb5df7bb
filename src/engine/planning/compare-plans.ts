// Two plans of one runbook, with the same values and for the same run: what moved between them, and whether it matters.
// Pure. What would be done otherwise matters; what only looks otherwise, or is known now and was not, is said.

import type { Json } from '../contracts/json.ts';
import type { CheckResult, Plan, PlannedImpact, PlannedPhase } from '../contracts/plan.ts';
import { canonicalJson } from './digest.ts';
import { compareSteps } from './compare-steps.ts';
import type { Move } from './moves.ts';

/** In the order of the plan. */
export function comparePlans(planned: Plan, now: Plan): readonly Move[] {
  return [
    ...compareChecks('precondition', planned.preconditions, now.preconditions),
    ...compareImpact(planned.impact ?? [], now.impact ?? []),
    ...planned.phases.flatMap((phase) => {
      const other = now.phases.find(({ id }) => id === phase.id);
      return other === undefined ? [] : comparePhase(phase, other);
    }),
  ];
}

/** Nothing but checks that do not hold any more, and steps that cannot be planned: the new plan says it better itself. */
export function isRefusedAnyway(moves: readonly Move[], now: Plan): boolean {
  const broken = new Set(
    now.phases
      .flatMap(({ steps }) => steps)
      .flatMap(({ fate }) => (fate.kind === 'planned' ? fate.instances : []))
      .flatMap(({ id, error }) => (error === undefined ? [] : [id])),
  );
  return (
    !now.canApply &&
    moves
      .filter(({ matters }) => matters)
      .every(
        ({ about, name }) => about === 'precondition' || (about === 'step' && broken.has(name)),
      )
  );
}

/** What somebody said yes to is as large as it was then. */
function compareImpact(
  planned: readonly PlannedImpact[],
  now: readonly PlannedImpact[],
): readonly Move[] {
  return now.flatMap((after, index): readonly Move[] => {
    const before = planned[index]?.value;
    if (canonicalJson(before ?? null) === canonicalJson(after.value ?? null)) return [];
    const message = `is ${shown(after.value)} now; ${shown(before)} was planned`;
    return [{ about: 'impact', name: after.title, matters: true, message }];
  });
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not known' : JSON.stringify(value);
}

function comparePhase(planned: PlannedPhase, now: PlannedPhase): readonly Move[] {
  return [
    ...compareChecks('guard', planned.guards, now.guards),
    ...compareSteps(planned.steps, now.steps),
  ];
}

function compareChecks(
  about: 'precondition' | 'guard',
  planned: readonly CheckResult[],
  now: readonly CheckResult[],
): readonly Move[] {
  return planned.flatMap((before) => {
    const after = now.find(({ id }) => id === before.id);
    if (after === undefined || after.verdict === before.verdict) return [];
    const said =
      after.verdict === 'holds' || after.message === undefined ? '' : `: ${after.message}`;
    return [
      {
        about,
        name: before.id,
        matters: badness[after.verdict] > badness[before.verdict],
        message: `${verdictWords[after.verdict]} now${said}; it ${pastWords[before.verdict]} when the plan was made`,
      },
    ];
  });
}

/** What is evaluated later is no worse than what holds: it is asked before anything rests on it. */
const badness: Readonly<Record<CheckResult['verdict'], number>> = {
  holds: 0,
  later: 0,
  skipped: 1,
  fails: 2,
};

const verdictWords: Readonly<Record<CheckResult['verdict'], string>> = {
  holds: 'holds',
  later: 'is evaluated later',
  skipped: 'is skipped',
  fails: 'does not hold',
};

const pastWords: Readonly<Record<CheckResult['verdict'], string>> = {
  holds: 'held',
  later: 'was to be evaluated later',
  skipped: 'was skipped',
  fails: 'did not hold',
};
