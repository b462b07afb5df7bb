// The steps whose outputs a step really refers to; its `needs` also has those that it only waits for.

import type { Action, Ports } from '../contracts/action.ts';
import type { Step } from '../contracts/runbook.ts';
import { stepReferences } from '../language/references.ts';
import { markedStrings } from './schema-marks.ts';

/** Ids of the steps that a step's parameters and conditions refer to. */
export function referencesOf<P extends Ports>(action: Action<P>, step: Step): ReadonlySet<string> {
  const inParams = markedStrings(action.params, step.with, (mark) => mark === 'cel');
  const expressions = [...inParams, step.when, step.forEach, step.key];
  return new Set([
    ...stepReferences(step.with, 'template'),
    ...expressions.flatMap((cel) => (cel === undefined ? [] : stepReferences(cel, 'cel'))),
  ]);
}
