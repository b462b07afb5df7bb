// What rests on steps that are left out: most of it a person may know to be in order, so they are told; what could
// destroy the wrong thing is refused. Pure.

import type { Effect, Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Problem } from '../contracts/problem.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Phase, Runbook, Step } from '../contracts/runbook.ts';
import type { Selection } from '../contracts/selection.ts';
import { howToTakeIn } from './choice-words.ts';
import { listSome } from '../contracts/words.ts';
import { transitiveNeeds } from './graph.ts';

export interface LeftOutFindings {
  /** For the top of the plan. */
  readonly warnings: readonly Problem[];
  /** Step id → why it may not be carried out without what is left out. */
  readonly refusals: ReadonlyMap<string, DrctlError>;
}

export function findLeftOut<P extends Ports>(
  runbook: Runbook,
  registry: Registry<P>,
  selection: Selection | undefined,
): LeftOutFindings {
  const warnings: Problem[] = [];
  const refusals = new Map<string, DrctlError>();
  if (selection === undefined) return { warnings, refusals };
  const view = viewOf(runbook, registry, selection);
  for (const [index, phase] of runbook.phases.entries()) {
    for (const step of phase.steps) {
      if (view.isLeftOut(step.id)) continue;
      const on = restsOn(view, step, index);
      if (on !== undefined) {
        refusals.set(step.id, refusal(step, on, selection));
        continue;
      }
      const missed = missedBy(view, step);
      if (missed.length === 0) continue;
      const verb = missed.length === 1 ? 'is' : 'are';
      warnings.push({
        severity: 'warning',
        message: `${step.id} needs ${missed.join(', ')}, which ${verb} left out`,
      });
    }
  }
  for (const id of selection.choice.skip) warnings.push(...skippedLook(view, id));
  return { warnings, refusals };
}

/** A phase of which so much is left out that at most looks remain: there is nothing to approve and nothing to guard. */
export function isLeftOutPhase<P extends Ports>(
  { steps }: Pick<Phase, 'steps'>,
  registry: Registry<P>,
  selection: Selection | undefined,
): boolean {
  if (selection === undefined) return false;
  const rest = steps.filter(({ id }) => !Object.hasOwn(selection.leftOut, id));
  const onlyReads = rest.every(({ action }) => registry.find(action)?.effect === 'read');
  return rest.length < steps.length && onlyReads;
}

interface View {
  readonly phases: readonly Phase[];
  isLeftOut(id: string): boolean;
  effectOf(id: string): Effect;
  stepOf(id: string): Step | undefined;
  needs(id: string): readonly string[];
}

function viewOf<P extends Ports>(
  { phases }: Runbook,
  registry: Registry<P>,
  { leftOut }: Selection,
): View {
  const steps = new Map(phases.flatMap((phase) => phase.steps).map((step) => [step.id, step]));
  return {
    phases,
    isLeftOut: (id) => Object.hasOwn(leftOut, id),
    effectOf: (id) => registry.find(steps.get(id)?.action ?? '')?.effect ?? 'read',
    stepOf: (id) => steps.get(id),
    needs: (id) => steps.get(id)?.needs ?? [],
  };
}

interface Resting {
  readonly on: Step;
  readonly why: 'holds' | 'destroys' | 'unguarded';
}

/**
 * The left-out step without which it must not be carried out. Inside a phase nothing else says that what a step rests
 * on is so: guards are about what came before the phase. Where there are none, what came before counts too.
 */
function restsOn(view: View, step: Step, phaseIndex: number): Resting | undefined {
  const effect = view.effectOf(step.id);
  if (effect === 'read') return undefined;
  const needed = transitiveNeeds(step.id, view.needs);
  const phase = view.phases[phaseIndex];
  const isGuarded = phase?.guards.some(({ severity }) => severity === 'error') ?? false;
  const why = (other: Step): Resting['why'] | undefined => {
    // The run goes on without such a step anyway.
    if (!view.isLeftOut(other.id) || other.onFailure === 'continue') return undefined;
    const isNeeded = needed.has(other.id);
    if (other.deferUndo && isNeeded) return 'holds';
    if (effect !== 'destroy') return undefined;
    if (other.phase === step.phase) return isNeeded ? 'destroys' : undefined;
    if (isGuarded) return undefined;
    if (isNeeded && view.effectOf(other.id) !== 'read') return 'destroys';
    return phase?.pointOfNoReturn === true ? 'unguarded' : undefined;
  };
  const before = view.phases.slice(0, phaseIndex + 1).flatMap(({ steps }) => steps);
  for (const on of before) {
    const found = why(on);
    if (found !== undefined) return { on, why: found };
  }
  return undefined;
}

function refusal(step: Step, { on, why }: Resting, { leftOut, choice }: Selection): DrctlError {
  const left = `${on.id}, which is ${leftOut[on.id] ?? 'left out'}`;
  const message = {
    holds: `${step.id} rests on ${left}: what it holds down would be at work meanwhile`,
    destroys: `${step.id} rests on ${left}: without it the wrong thing could be destroyed`,
    unguarded: `${step.id} is past a point of no return, no guard protects it, and it comes after ${left}`,
  }[why];
  const guards = why === 'unguarded' ? ', or give its phase guards' : '';
  return new DrctlError('PRECONDITION_FAILED', message, {
    step: step.id,
    hint: `${howToTakeIn(on.id, choice)}${guards}`,
  });
}

/** What changes something, is left out, and would have come before it: of a chain only its end is told. */
function missedBy(view: View, step: Step): readonly string[] {
  const missed = new Set<string>();
  const seen = new Set<string>();
  const open = [...view.needs(step.id)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || !view.isLeftOut(id)) continue;
    seen.add(id);
    if (view.effectOf(id) === 'read') open.push(...view.needs(id));
    else if (view.stepOf(id)?.onFailure !== 'continue') missed.add(id);
  }
  return [...missed].toSorted();
}

/** A look that a person skips: what changes something after it would have been stopped by what it finds. */
function skippedLook(view: View, id: string): readonly Problem[] {
  const look = view.stepOf(id);
  if (look === undefined || view.effectOf(id) !== 'read' || look.onFailure === 'continue')
    return [];
  const steps = view.phases.flatMap((phase) => phase.steps);
  const rest = steps.filter(
    (step) =>
      !view.isLeftOut(step.id) &&
      view.effectOf(step.id) !== 'read' &&
      transitiveNeeds(step.id, view.needs).has(id),
  );
  const guards = view.phases
    .flatMap((phase) => phase.guards)
    .filter(({ references }) => references.includes(id));
  if (rest.length + guards.length === 0) return [];
  const names = [...guards.map((guard) => `guard ${guard.id}`), ...rest.map((step) => step.id)];
  const destroying = rest
    .filter((step) => view.effectOf(step.id) === 'destroy')
    .map((step) => step.id);
  const final = destroying.length === 0 ? '' : `; destroying: ${listSome(destroying)}`;
  return [
    {
      severity: 'warning',
      message: `${id} is skipped, so what rests on it goes unchecked: ${listSome(names)}${final}`,
    },
  ];
}
