// What steps need, and on which of them others are planned: what those leave in the world has to be told. What the last ones
// leave nobody asks.

import type { Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Phase } from '../contracts/runbook.ts';
import type { Needs } from './graph.ts';

export function needsOf(phases: readonly Phase[]): Needs {
  const needs = new Map(phases.flatMap(({ steps }) => steps.map((step) => [step.id, step.needs])));
  return (step) => needs.get(step) ?? [];
}

/** Steps that are certain to have ended when some step that acts begins: those of earlier phases, and those it needs. */
export function builtOn<P extends Ports>(
  phases: readonly Phase[],
  needs: Needs,
  registry: Registry<P>,
): ReadonlySet<string> {
  const found = new Set<string>();
  let actsLater = false;
  for (const { steps } of phases.toReversed()) {
    const acting = steps
      .filter(({ action }) => registry.find(action)?.effect !== 'read')
      .map(({ id }) => id);
    const open = [...(actsLater ? steps.map(({ id }) => id) : []), ...acting.flatMap(needs)];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(...needs(id));
    }
    actsLater ||= acting.length > 0;
  }
  return found;
}
