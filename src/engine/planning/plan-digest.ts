// What a person says yes to, as one digest. It is the same for two plans of an unchanged world, so that a plan that was
// reviewed in one place can be approved in another; whatever would be done otherwise makes it another one.

import { assertNever } from '../contracts/invariant.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { CheckResult, Plan, PlannedInstance, PlannedStep } from '../contracts/plan.ts';
import { digestJson } from './digest.ts';

/** What a plan was made for, beside what it says itself. */
export interface PlannedFor {
  /** The id that the run would get. */
  readonly runId: string;
  /** Target → uid of its cluster's namespace kube-system, where that could be seen. */
  readonly clusters: Readonly<Record<string, string>>;
}

/** Stands for the run's id, which keys and annotations carry: every plan has another one. */
const runIdMark = '(run)';

/**
 * "sha256:…". Counted: runbook, values, clusters, targets that were given up, preconditions, impact, and of each step what it
 * would change, with which parameters and at which risk. Not counted: the run's id, times, where the runbook lies,
 * which drctl made it, sentences (they tell ages), what was only read, and guards, which are asked again in the run.
 */
export function planDigest(plan: Plan, { runId, clusters }: PlannedFor): string {
  const { name, version, digest } = plan.runbook;
  const counted = {
    runbook: { name, version, digest },
    envDigest: plan.envDigest,
    clusters,
    offline: plan.offline,
    unavailable: plan.unavailable,
    canApply: plan.canApply,
    preconditions: plan.preconditions.map(verdictOf),
    impact: (plan.impact ?? []).map(({ title, value, mustBe }) => ({
      title,
      value: value ?? null,
      mustBe: mustBe ?? null,
    })),
    phases: plan.phases.map((phase) => ({
      id: phase.id,
      pointOfNoReturn: phase.pointOfNoReturn,
      approval: phase.approval,
      guards: phase.guards.map(waivedOf),
      steps: phase.steps.map(stepOf),
    })),
  };
  return digestJson(counted, (text) => (runId === '' ? text : text.replaceAll(runId, runIdMark)));
}

function verdictOf({ id, severity, verdict }: CheckResult): Json {
  return { id, severity, verdict };
}

/** Of a guard only that nobody can evaluate it, for a person answers in its place. */
function waivedOf({ id, unavailable, confirmable }: CheckResult): Json {
  return { id, unavailable: unavailable ?? null, confirmable: confirmable ?? false };
}

function stepOf(step: PlannedStep): Json {
  const { id, action, actionVersion, effect, needs, deferUndo, risk } = step;
  return { id, action, actionVersion, effect, needs, deferUndo, risk, fate: fateOf(step) };
}

function fateOf({ fate, effect }: PlannedStep): Json {
  switch (fate.kind) {
    case 'planned':
      // How often something is only read, and with what, changes nothing.
      return effect === 'read' ? 'reads' : fate.instances.map(instanceOf);
    case 'later':
      return { waitsFor: fate.waitsFor, params: fate.params ?? null };
    case 'skipped':
      return 'skipped';
    default:
      return assertNever(fate);
  }
}

function instanceOf({ id, params, changes, error }: PlannedInstance): JsonObject {
  const done = changes.map((change) => (change.kind === 'none' ? { kind: 'none' } : change));
  return { id, params, changes: done as unknown as Json, error: error?.code ?? null };
}
