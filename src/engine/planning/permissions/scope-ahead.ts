// What templates and expressions see before there is a run: values of the env are known, outputs of steps, the run's id
// and the items of a list that a step will give are not.

import { unknownText } from '../../contracts/foreseen.ts';
import type { EnvValue, Runbook, Scope, Secrets, Step } from '../../contracts/runbook.ts';
import { renderVars } from '../../language/render-vars.ts';
import { envScope } from '../../language/resolve-env.ts';
import { evaluateWhen, expandForEach } from '../expand-step.ts';

export function scopeAhead(
  runbook: Runbook,
  env: readonly EnvValue[],
  unavailable: readonly string[],
  secrets?: Secrets,
): Scope {
  // Vars are rendered with it, and carry the mark on.
  const run = { id: unknownText, startedAt: unknownText, unavailable };
  return {
    env: envScope(env),
    vars: renderVars(runbook, env, run, secrets),
    run,
    steps: {},
    ahead: { unknown: ['run'], text: unknownText },
    ...(secrets === undefined ? {} : { secrets }),
  };
}

/** One for each instance that may be carried out; one with an unknown item where the list is not known yet. */
export function scopesOfStep(step: Step, scope: Scope): readonly Scope[] {
  const items = itemsOf(step, scope);
  return items.filter((one) => evaluateWhen(step, one).kind !== 'skipped');
}

function itemsOf(step: Step, scope: Scope): readonly Scope[] {
  if (step.forEach === undefined) return [scope];
  const expanded = expandForEach({ ...step, forEach: step.forEach }, scope);
  if (expanded.kind === 'instances') {
    return expanded.instances.map(({ item }) => ({ ...scope, item }));
  }
  return [{ ...scope, ahead: { unknown: ['run', 'item'], text: unknownText } }];
}
