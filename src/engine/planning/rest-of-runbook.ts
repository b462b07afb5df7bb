// What comes after a part of a runbook that ends before the runbook does: where a run of its own would begin, and whether
// there can be one. Pure.

import type { Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook, Step } from '../contracts/runbook.ts';
import type { Selection } from '../contracts/selection.ts';
import { findLeftOut } from './left-out.ts';
import { inOrder, selectSteps } from './select-steps.ts';
import { referencesOf } from './step-references.ts';

export interface RestOfRunbook {
  /** The step after the last that is carried out. */
  readonly next: string;
  /** Another run from `next` can go up to this step only; absent: to the end, or, with `because`, nowhere. */
  readonly until?: string;
  /** Why another run cannot do all of it, as far as the runbook tells. */
  readonly because?: string;
}

/** Undefined: nothing that changes anything comes after what was asked for. */
export function restOfRunbook<P extends Ports>(
  runbook: Runbook,
  registry: Registry<P>,
  selection: Selection | undefined,
): RestOfRunbook | undefined {
  if (selection === undefined) return undefined;
  const order = runbook.phases.flatMap(inOrder);
  const isLeftOut = ({ id }: Step): boolean => Object.hasOwn(selection.leftOut, id);
  const changes = ({ action }: Step): boolean => registry.get(action).effect !== 'read';
  const isAskedFor = (step: Step): boolean => !isLeftOut(step) && !selection.kept.includes(step.id);
  const rest = order.slice(order.findLastIndex(isAskedFor) + 1);
  const [next] = rest;
  if (next === undefined || !rest.some((step) => isLeftOut(step) && changes(step))) {
    return undefined;
  }
  const whyNot = (last: Step): string | undefined =>
    whyNotAlone(runbook, registry, { from: next.id, until: last.id });
  for (const [index, step] of rest.entries()) {
    const because = whyNot(step);
    if (because === undefined) continue;
    const before = rest.slice(0, index);
    const until = before.some(changes) ? before.at(-1) : undefined;
    return { next: next.id, because, ...(until === undefined ? {} : { until: until.id }) };
  }
  return { next: next.id };
}

/** What only reads is read again by another run; what else was done before it gives it nothing. */
function whyNotAlone<P extends Ports>(
  runbook: Runbook,
  registry: Registry<P>,
  { from, until }: { readonly from: string; readonly until: string },
): string | undefined {
  const alone = selectSteps(runbook, registry, { phases: [], only: [], from, until, skip: [] });
  const isLeftOut = (id: string): boolean => Object.hasOwn(alone.leftOut, id);
  for (const phase of runbook.phases) {
    const steps = phase.steps.filter(({ id }) => !isLeftOut(id));
    for (const step of steps) {
      const on = [...referencesOf(registry.get(step.action), step)].find(isLeftOut);
      if (on !== undefined) return `${step.id} needs what ${on} gave in this run`;
    }
    const guard = phase.guards.find(({ references }) => references.some(isLeftOut));
    if (guard !== undefined && steps.some(({ action }) => registry.get(action).effect !== 'read')) {
      return `guard ${guard.id} needs what ${guard.references.find(isLeftOut)} gave in this run`;
    }
  }
  const [refusal] = findLeftOut(runbook, registry, alone).refusals.values();
  return refusal?.message;
}
