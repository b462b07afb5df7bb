// `when`, `forEach` and `key`: whether a step is carried out, and how many times. Pure.

import { DrctlError } from '../contracts/errors.ts';
import type { Instance } from '../contracts/journal-event.ts';
import type { Json } from '../contracts/json.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import { evaluateExpression } from '../language/evaluate.ts';

/** More instances than this are taken for a mistake in the expression. */
const maxInstances = 10_000;

export type WhenAnswer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'later'; readonly waitsFor: readonly string[] };

/** Is the step (with forEach: this item of it) carried out? Throws VALUE_UNRESOLVED unless the answer is true or false. */
export function evaluateWhen(
  step: Pick<Step, 'id' | 'when' | 'whenNot'>,
  scope: Scope,
): WhenAnswer {
  if (step.when === undefined) return { kind: 'yes' };
  const result = evaluateExpression(step.when, scope);
  if (!result.known) return { kind: 'later', waitsFor: result.waitsFor };
  if (result.value === true) return { kind: 'yes' };
  if (result.value === false) {
    return { kind: 'skipped', because: step.whenNot ?? `when: ${step.when} is false` };
  }
  throw new DrctlError(
    'VALUE_UNRESOLVED',
    `"when" of "${step.id}" must be true or false, but ${step.when} is ${JSON.stringify(result.value)}`,
    { step: step.id },
  );
}

export type ForEachAnswer =
  | { readonly kind: 'instances'; readonly instances: readonly Instance[] }
  | { readonly kind: 'later'; readonly waitsFor: readonly string[] };

/** The items of a forEach step with their keys, in the list's order. Throws VALUE_UNRESOLVED. */
export function expandForEach(
  step: Step & { readonly forEach: string },
  scope: Scope,
): ForEachAnswer {
  const list = evaluateExpression(step.forEach, scope);
  if (!list.known) return { kind: 'later', waitsFor: list.waitsFor };
  if (!Array.isArray(list.value)) {
    throw unresolved(step, `"forEach" must give a list, but ${step.forEach} is not one`);
  }
  const items = list.value as readonly Json[];
  if (items.length > maxInstances) {
    throw unresolved(
      step,
      `"forEach" gives ${items.length} items; at most ${maxInstances} are allowed`,
    );
  }
  const instances: Instance[] = [];
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(step, { ...scope, item }, index);
    if (typeof key !== 'string') return { kind: 'later', waitsFor: key.waitsFor };
    if (seen.has(key)) {
      throw unresolved(
        step,
        `"key" gives "${key}" for more than one item`,
        'Choose a key that differs for every item',
      );
    }
    seen.add(key);
    instances.push({ key, item });
  }
  return { kind: 'instances', instances };
}

/** "step[key]"; a step without forEach is its own only instance. */
export function instanceId(stepId: string, key?: string): string {
  return key === undefined ? stepId : `${stepId}[${key}]`;
}

/** One item of a step, or the step itself (`key` and `item` absent). */
export interface StepInstance {
  readonly id: string;
  readonly key?: string;
  readonly item?: Json;
  readonly when: WhenAnswer;
}

export type Expansion =
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'later'; readonly waitsFor: readonly string[] }
  | { readonly kind: 'instances'; readonly instances: readonly StepInstance[] };

/** `forEach` first, then `when` (once per item). Throws VALUE_UNRESOLVED. */
export function expandStep(step: Step, scope: Scope): Expansion {
  if (step.forEach === undefined) {
    const when = evaluateWhen(step, scope);
    return when.kind === 'yes' ? { kind: 'instances', instances: [{ id: step.id, when }] } : when;
  }
  const expanded = expandForEach({ ...step, forEach: step.forEach }, scope);
  if (expanded.kind === 'later') return expanded;
  const instances = expanded.instances.map(({ key, item }) => ({
    id: instanceId(step.id, key),
    key,
    item,
    when: evaluateWhen(step, { ...scope, item }),
  }));
  return { kind: 'instances', instances };
}

function keyOf(
  step: Step,
  scope: Scope,
  index: number,
): string | { readonly waitsFor: readonly string[] } {
  if (step.key === undefined) return String(index);
  const result = evaluateExpression(step.key, scope);
  if (!result.known) return { waitsFor: result.waitsFor };
  const { value } = result;
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') {
    throw unresolved(
      step,
      `"key" must give a name, but ${step.key} is ${JSON.stringify(value)} for item ${index}`,
    );
  }
  return String(value);
}

function unresolved(step: Step, message: string, hint?: string): DrctlError {
  return new DrctlError('VALUE_UNRESOLVED', `Step "${step.id}": ${message}`, {
    step: step.id,
    at: step.at,
    ...(hint === undefined ? {} : { hint }),
  });
}
