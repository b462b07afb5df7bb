// Several people for one phase: what each of them agreed to, whose word still counts, and how many are missing. Pure.

import type { Plan } from '../contracts/plan.ts';
import type { Json } from '../contracts/json.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Phase } from '../contracts/runbook.ts';
import { digestJson } from '../planning/digest.ts';
import type { GivenApproval, RunState } from './run-state.ts';

/** Somebody's word counts for as long as they may be taken to know how things stand. */
const HOLDS_MS = 4 * 3_600_000;
/** The clocks of two machines may differ by as much. */
const SKEW_MS = 15 * 60_000;

/**
 * What the phase will do, as people saw it: its steps as planned, the targets that were given up since, and which of its
 * steps were settled by then. With any other of these a word that was given counts no more.
 */
export function phaseDigest(plan: Plan, state: RunState, { id, steps }: Phase): string {
  const planned = plan.phases.find((phase) => phase.id === id);
  invariant(planned, `Phase ${id} is not in the plan`);
  const ids = new Set(steps.map((step) => step.id));
  const settled = [...state.instances.values()]
    .filter((instance) => ids.has(instance.step) && (instance.completed || instance.leftOut))
    .map((instance) => instance.id);
  return digestJson({
    phase: id,
    steps: planned.steps as unknown as Json,
    unavailable: [...new Set([...plan.unavailable, ...state.unavailable])].toSorted(),
    settled: settled.toSorted(),
  });
}

export interface ApprovalStanding {
  /** The phase's digest now. */
  readonly digest: string;
  readonly needed: number;
  /** Whose word counts now: one for each person. */
  readonly given: readonly GivenApproval[];
  readonly missing: number;
}

export function approvalStanding(of: {
  readonly plan: Plan;
  readonly state: RunState;
  readonly phase: Phase;
  readonly now: Date;
}): ApprovalStanding {
  const { plan, state, phase, now } = of;
  const digest = phaseDigest(plan, state, phase);
  const given = (state.given.get(phase.id) ?? []).filter(
    (one) => one.digest === digest && isFresh(one, now),
  );
  return {
    digest,
    needed: phase.approvals,
    given,
    missing: Math.max(0, phase.approvals - given.length),
  };
}

/** With the newest word of each person only: the same person on another machine is no second one. */
export function withApproval(
  given: readonly GivenApproval[],
  one: GivenApproval,
): readonly GivenApproval[] {
  return [...given.filter(({ by }) => personOf(by) !== personOf(one.by)), one];
}

/** "ana@bastion" → "ana" */
export function personOf(by: string): string {
  const at = by.lastIndexOf('@');
  return at <= 0 ? by : by.slice(0, at);
}

function isFresh({ at }: GivenApproval, now: Date): boolean {
  const ageMs = now.getTime() - Date.parse(at);
  return ageMs <= HOLDS_MS && ageMs >= -SKEW_MS;
}
