// Forward again from the step at which a rollback stopped: what came after it is done anew, for it was undone or rests on
// what was undone. Reads too: what they saw is of before. A step that a person left out stays left out.

import { transitiveNeeds } from '../planning/graph.ts';
import type { DraftState } from './draft-state.ts';
import { afterStep } from './next-rollback-moves.ts';
import type { GraphStep, RunGraph } from './run-graph.ts';
import { pendingInstance } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';
import { instancesOf } from './step-progress.ts';

/** Ids for `run.resumed`: steps as a whole, and instances of steps of which others were begun before that step. */
export function againAfter(graph: RunGraph, state: RunState, to: string): readonly string[] {
  const place = afterStep(state, to);
  const kept = new Set(state.startOrder.slice(0, place));
  const undone = new Set(state.startOrder.slice(place));
  const steps = new Set<string>();
  const instances: string[] = [];
  for (const { steps: ofPhase } of graph.phases) {
    const earlier = steps.size > 0;
    // Within a phase any order may be written: a step may rest on one that stands below it.
    for (let isNew = true; isNew;) {
      isNew = false;
      for (const of of ofPhase) {
        const { id } = of.step;
        if (steps.has(id)) continue;
        const known = knownInstances(of, state);
        if (known.some((one) => kept.has(one.id))) continue;
        const restsOnIt = earlier || restsOn(graph, id, steps);
        const isAgain = known.some((one) => undone.has(one.id)) || restsOnIt;
        if (!isAgain || !isKnown(of, state) || known.some(({ leftOut }) => leftOut)) continue;
        steps.add(id);
        isNew = true;
      }
    }
    for (const of of ofPhase) {
      if (steps.has(of.step.id)) continue;
      const some = knownInstances(of, state).filter(
        ({ id, leftOut }) => undone.has(id) && !leftOut,
      );
      instances.push(...some.map(({ id }) => id));
    }
  }
  return [...steps, ...instances];
}

/** Also through others. */
function restsOn({ steps }: RunGraph, id: string, on: ReadonlySet<string>): boolean {
  const needed = transitiveNeeds(id, (step) => steps.get(step)?.needs ?? []);
  return [...needed].some((one) => on.has(one));
}

function knownInstances(of: GraphStep, state: RunState): readonly InstanceState[] {
  return (instancesOf(of, state) ?? []).map((instance) => instance.state);
}

function isKnown({ step }: GraphStep, state: RunState): boolean {
  return state.expansions.has(step.id) || state.instances.has(step.id);
}

/** As if what is done anew had not begun. Attempts go on counting: an attempt's number is used once in a run. */
export function goForwardAgain(draft: DraftState, again: readonly string[]): void {
  const ids = new Set(
    again.flatMap((id) => [
      id,
      ...(draft.expansions.has(id)
        ? [...draft.instances.values()].filter(({ step }) => step === id).map((one) => one.id)
        : []),
    ]),
  );
  for (const id of again) draft.expansions.delete(id);
  for (const id of ids) {
    const before = draft.instances.get(id);
    if (before === undefined) continue;
    const { attempt, session } = before;
    draft.instances.set(id, { ...pendingInstance(id), attempt, session });
  }
  for (const [id, instance] of draft.instances) {
    // The rollback undid what it had begun.
    if (instance.leftOut) draft.instances.set(id, { ...instance, status: 'skipped' });
  }
  draft.startOrder = draft.startOrder.filter((id) => !ids.has(id));
  draft.rollback = undefined;
}
