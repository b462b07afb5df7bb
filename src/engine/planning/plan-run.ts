// Makes the plan of a whole runbook on the world as it is now. Reads only. Outputs that steps predict flow into the
// steps after them, so that the plan is as concrete as it can be; what is not known yet is said to be so.

import PQueue from 'p-queue';
import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import type { CheckResult, Plan, PlannedPhase } from '../contracts/plan.ts';
import type { Problem } from '../contracts/problem.ts';
import type { Phase, Runbook, Scope, Step } from '../contracts/runbook.ts';
import { digestEnv } from './digest.ts';
import { afterPhase, isForeseeable } from './foresight.ts';
import type { ForeseenStep } from './foresight.ts';
import { levelsOf, topologicalOrder, transitiveNeeds } from './graph.ts';
import { askedOf } from './asked-of.ts';
import { builtOn, needsOf } from './built-on.ts';
import { evaluateImpact } from './evaluate-impact.ts';
import { findLeftOut, isLeftOutPhase } from './left-out.ts';
import type { LeftOutFindings } from './left-out.ts';
import { maskSelection } from './mask-selection.ts';
import { evaluatePreconditions, evaluateGuards, isBroken } from './plan-checks.ts';
import { planStep } from './plan-step.ts';
import type { StepOutcome } from './plan-step.ts';
import { restOfRunbook } from './rest-of-runbook.ts';
import { baseScope } from './scope.ts';
import type { Session } from './session.ts';
import { foreseenOf, showCheck, showStep } from './show-step.ts';
import { createUnreachableTargets } from './unreachable-targets.ts';
import type { UnreachableTargets } from './unreachable-targets.ts';

/**
 * Problems of single steps and checks become part of the plan, and `canApply` is false. Throws VALUE_UNRESOLVED when
 * the runbook's vars cannot be rendered, and the signal's reason when interrupted. Everything in the plan is masked.
 */
export async function planRun<P extends Ports>(session: Session<P>): Promise<Plan> {
  session.signal.throwIfAborted();
  const { runbook, registry } = session;
  const needs = needsOf(runbook.phases);
  const planning: Planning<P> = {
    session,
    queue: new PQueue({ concurrency: session.parallel }),
    unreachable: createUnreachableTargets(targetsThatMayBeDown(runbook)),
    needs,
    builtOn: builtOn(runbook.phases, needs, registry),
    leftOut: findLeftOut(runbook, registry, session.selection),
  };
  let scope = baseScope(session);
  const preconditions = await evaluatePreconditions({
    session,
    checks: runbook.preconditions,
    scope,
    unreachable: planning.unreachable,
  });
  const outcomes: PhaseOutcome[] = [];
  let foreseen: readonly ForeseenStep[] = [];
  for (const phase of runbook.phases) {
    const planned = await planPhase(planning, { phase, scope, foreseen });
    outcomes.push(planned.outcome);
    ({ scope, foreseen } = planned);
  }
  // Shown at the end, when the redactor has learnt every secret that planning met.
  const phases = outcomes.map((outcome) => showPhase(planning, outcome));
  const { redactor } = session;
  const carriedOut = new Set(
    phases.flatMap(({ steps }) =>
      steps.flatMap(({ id, fate }) => (fate.kind === 'skipped' ? [] : [id])),
    ),
  );
  const outages = runbook.outages.filter(({ from }) => carriedOut.has(from));
  const impact = session.offline ? [] : evaluateImpact(runbook.impact, { scope, phases, redactor });
  return {
    format: 1,
    drctl: session.drctl,
    createdAt: session.system.now().toISOString(),
    runbook: {
      name: runbook.name,
      version: runbook.version,
      digest: runbook.digest,
      path: session.runbookPath,
    },
    envDigest: digestEnv(session.env),
    offline: session.offline,
    unavailable: session.unavailable,
    ...(session.selection === undefined
      ? {}
      : { selection: maskSelection(session.selection, session.redactor) }),
    warnings: [
      ...runbook.warnings,
      ...planning.leftOut.warnings,
      ...endOfPart(session),
      ...silenceOf(planning.unreachable, runbook),
      ...warningsOf(outcomes, session),
    ],
    preconditions: preconditions.map((result) => showCheck(result, session.redactor)),
    phases,
    ...(outages.length === 0 ? {} : { outages }),
    ...(impact.length === 0 ? {} : { impact }),
    canApply:
      !session.offline &&
      !impact.some(({ refuses }) => refuses) &&
      preconditions.every(({ verdict, severity }) => verdict !== 'fails' || severity !== 'error') &&
      phases.every(isApplicable),
  };
}

interface Planning<P extends Ports> {
  readonly session: Session<P>;
  readonly queue: PQueue;
  readonly unreachable: UnreachableTargets;
  needs(step: string): readonly string[];
  readonly builtOn: ReadonlySet<string>;
  readonly leftOut: LeftOutFindings;
}

interface PlannedOutcome {
  readonly step: Step;
  readonly outcome: StepOutcome;
}

interface PhaseOutcome {
  readonly phase: Phase;
  readonly guards: readonly CheckResult[];
  /** In a valid order. */
  readonly steps: readonly PlannedOutcome[];
}

interface PhaseInput {
  readonly phase: Phase;
  /** With the outputs, as far as they are predicted, of the phases before. */
  readonly scope: Scope;
  /** The steps of the phases before. */
  readonly foreseen: readonly ForeseenStep[];
}

async function planPhase<P extends Ports>(
  planning: Planning<P>,
  { phase, scope: before, foreseen }: PhaseInput,
): Promise<{
  readonly outcome: PhaseOutcome;
  readonly scope: Scope;
  readonly foreseen: readonly ForeseenStep[];
}> {
  const { session, unreachable, needs } = planning;
  const steps = new Map(phase.steps.map((step) => [step.id, step]));
  const leveled = levelsOf([...steps.keys()], needs);
  invariant(leveled.kind === 'ordered', `Phase ${phase.id} has a cycle that loading let through`);
  // Grows with each level: what a step of it sees are the outputs of the levels before, as nothing else is asked for.
  const outputsSoFar = { ...before.steps };
  const scope: Scope = { ...before, steps: outputsSoFar };
  const inPhase = new Map<string, ForeseenStep>();
  const planned = new Map<string, PlannedOutcome>();
  // What a level needs is in the levels before it, so its steps can be planned side by side.
  for (const level of leveled.levels) {
    const outcomes = await Promise.all(
      level.map((id) => planOne(planning, { step: stepOf(steps, id), scope, foreseen, inPhase })),
    );
    for (const [index, id] of level.entries()) {
      const step = stepOf(steps, id);
      const outcome = outcomes[index];
      invariant(outcome !== undefined, `Step ${id} was not planned`);
      planned.set(id, { step, outcome });
      const foreseenStep = foreseenOf(planning, step, outcome);
      if (isForeseeable(foreseenStep)) inPhase.set(id, foreseenStep);
      if (outcome.outputs !== undefined) outputsSoFar[id] = { outputs: outcome.outputs };
    }
  }
  const ordered = topologicalOrder([...steps.keys()], needs);
  invariant(ordered.kind === 'ordered', `Phase ${phase.id} has a cycle that loading let through`);
  const inPlan = ordered.order.flatMap((id) => planned.get(id) ?? []);
  return {
    outcome: {
      phase,
      guards: isLeftOutPhase(phase, session.registry, session.selection)
        ? []
        : await evaluateGuards({ session, checks: phase.guards, scope, unreachable }),
      steps: inPlan,
    },
    scope,
    foreseen: [
      ...foreseen,
      ...afterPhase(
        ordered.order.flatMap((id) => inPhase.get(id) ?? []),
        new Set(phase.steps.filter(({ deferUndo }) => deferUndo).map(({ id }) => id)),
      ),
    ],
  };
}

function showPhase<P extends Ports>(
  planning: Planning<P>,
  { phase, guards, steps }: PhaseOutcome,
): PlannedPhase {
  const { id, title, pointOfNoReturn } = phase;
  return {
    id,
    title,
    pointOfNoReturn,
    ...(asksNobody({ phase, steps }, planning.session)
      ? { approval: 'none' }
      : askedOf(phase, planning.session)),
    guards: guards.map((result) => showCheck(result, planning.session.redactor)),
    steps: steps.map(({ step, outcome }) => showStep(planning, step, outcome)),
  };
}

function planOne<P extends Ports>(
  { session, queue, unreachable, needs, leftOut, ...planning }: Planning<P>,
  input: {
    readonly step: Step;
    readonly scope: Scope;
    readonly foreseen: readonly ForeseenStep[];
    readonly inPhase: ReadonlyMap<string, ForeseenStep>;
  },
): Promise<StepOutcome> {
  const { step, scope, foreseen, inPhase } = input;
  const isFirst = foreseen.length === 0 && inPhase.size === 0;
  const needed: ReadonlySet<string> = isFirst ? new Set() : transitiveNeeds(step.id, needs);
  const neededHere = [...inPhase.values()].filter(({ id }) => needed.has(id));
  const foresight = { earlier: [...foreseen, ...neededHere], needed };
  const refusal = leftOut.refusals.get(step.id);
  const isBuiltOn = planning.builtOn.has(step.id);
  return planStep({ session, step, scope, foresight, unreachable, refusal, queue, isBuiltOn });
}

function targetsThatMayBeDown({ targets }: Runbook): ReadonlySet<string> {
  return new Set([...targets].flatMap(([name, { mayBeDown }]) => (mayBeDown ? [name] : [])));
}

function silenceOf(unreachable: UnreachableTargets, { targets }: Runbook): readonly Problem[] {
  return unreachable.silent().map((name) => {
    const at = targets.get(name)?.at;
    return {
      severity: 'warning',
      message: `target "${name}" does not answer`,
      ...(at === undefined ? {} : { at }),
      hint: 'Its steps are planned when their turn comes',
    };
  });
}

/** A part of a runbook after which nobody can go on but back. */
function endOfPart<P extends Ports>({
  runbook,
  registry,
  selection,
}: Session<P>): readonly Problem[] {
  const rest = restOfRunbook(runbook, registry, selection);
  if (rest?.because === undefined || rest.until !== undefined) return [];
  return [
    {
      severity: 'warning',
      message: `it ends before ${rest.next}, and another run cannot go on from there: ${rest.because}`,
      hint: 'What it changes stays so until it is rolled back',
    },
  ];
}

/** What steps say of the plan as a whole. */
function warningsOf<P extends Ports>(
  outcomes: readonly PhaseOutcome[],
  { redactor }: Session<P>,
): readonly Problem[] {
  return outcomes
    .flatMap(({ steps }) => steps)
    .flatMap(({ outcome: { fate } }) => (fate.kind === 'planned' ? fate.instances : []))
    .flatMap(({ warnings = [] }) => warnings)
    .map((message) => ({ severity: 'warning', message: redactor.maskText(message) }));
}

/** A phase of which nothing is carried out, because its target was given up or it is left out, asks nobody. */
function asksNobody<P extends Ports>(
  { phase, steps }: Pick<PhaseOutcome, 'phase' | 'steps'>,
  { unavailable, selection, registry }: Session<P>,
): boolean {
  return (
    isLeftOutPhase(phase, registry, selection) ||
    steps.every(
      ({ step, outcome: { targets } }) =>
        selection?.leftOut[step.id] !== undefined ||
        targets.some((target) => unavailable.includes(target)),
    )
  );
}

function stepOf(steps: ReadonlyMap<string, Step>, id: string): Step {
  const step = steps.get(id);
  invariant(step !== undefined, `Step ${id} is not of this phase`);
  return step;
}

function isApplicable({ guards, steps }: PlannedPhase): boolean {
  return (
    !guards.some(isBroken) &&
    steps.every(
      ({ fate }) =>
        fate.kind !== 'planned' || fate.instances.every(({ error }) => error === undefined),
    )
  );
}
