// Which steps a choice leaves out, and why. Pure. What only reads and is needed by what is chosen stays in: it changes
// nothing, and others rest on what it finds.

import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Phase, Runbook, Step } from '../contracts/runbook.ts';
import type { Selection, StepChoice } from '../contracts/selection.ts';
import { checkChoice, refuseChoice } from './check-choice.ts';
import { choiceFlags, namingFlags } from './choice-words.ts';
import { topologicalOrder, transitiveNeeds } from './graph.ts';
import { stepReferences } from '../language/references.ts';
import { referencesOf } from './step-references.ts';

/** USAGE, with everything that is wrong with the choice at once. */
export function selectSteps<P extends Ports>(
  runbook: Runbook,
  registry: Registry<P>,
  choice: StepChoice,
): Selection {
  const order = runbook.phases.flatMap(inOrder);
  checkChoice(choice, runbook.phases, order);
  const left = new Map<string, string>();
  for (const [index, step] of order.entries()) {
    const because = whyLeftOut(step, index, { choice, order });
    if (because !== undefined) left.set(step.id, because);
  }
  if (left.size === order.length) {
    refuseChoice([{ message: `${choiceFlags(choice)} leaves nothing to do` }]);
  }
  const kept = keptReads({ runbook, registry, choice, order, left });
  for (const id of kept) left.delete(id);
  return { choice, leftOut: Object.fromEntries(left), kept };
}

/** The order in which a plan shows the steps of a phase. */
export function inOrder({ id, steps }: Phase): readonly Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ordered = topologicalOrder([...byId.keys()], (step) => byId.get(step)?.needs ?? []);
  invariant(ordered.kind === 'ordered', `Phase ${id} has a cycle that loading let through`);
  return ordered.order.flatMap((step) => byId.get(step) ?? []);
}

function whyLeftOut(
  { id, phase }: Step,
  index: number,
  { choice, order }: { readonly choice: StepChoice; readonly order: readonly Step[] },
): string | undefined {
  const { phases, only, from, until, skip, by, reason } = choice;
  const place = (step: string): number => order.findIndex((one) => one.id === step);
  if (skip.includes(id)) return `left out by ${by ?? 'somebody'}: ${reason ?? 'no reason given'}`;
  if (from !== undefined && index < place(from)) return `left out by --from ${from}`;
  if (until !== undefined && index > place(until)) return `left out by --until ${until}`;
  const naming = namingFlags(choice);
  const isNamed = naming.length === 0 || phases.includes(phase) || only.includes(id);
  return isNamed ? undefined : `left out by ${naming.join(' ')}`;
}

/** In the plan's order. A step that a person skips by name is not kept. */
function keptReads<P extends Ports>(of: {
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  readonly choice: StepChoice;
  readonly order: readonly Step[];
  readonly left: ReadonlyMap<string, string>;
}): readonly string[] {
  const { registry, choice, order, left } = of;
  const byId = new Map(order.map((step) => [step.id, step]));
  const kept = new Set<string>();
  const open = order.filter(({ id }) => !left.has(id));
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const id of neededReads(of, step)) {
      const read = byId.get(id);
      if (read === undefined || !left.has(id) || kept.has(id) || choice.skip.includes(id)) continue;
      if (registry.get(read.action).effect !== 'read') continue;
      kept.add(id);
      open.push(read);
    }
  }
  return order.flatMap(({ id }) => (kept.has(id) ? [id] : []));
}

/**
 * Whose outputs it, its phase's guards, its explicit undo and the runbook's impact refer to; and for what destroys, every
 * look that the runbook takes before it in its phase.
 */
function neededReads<P extends Ports>(
  {
    runbook,
    registry,
    order,
  }: {
    readonly runbook: Runbook;
    readonly registry: Registry<P>;
    readonly order: readonly Step[];
  },
  step: Step,
): Iterable<string> {
  const action = registry.get(step.action);
  const references = referencesOf(action, step);
  if (action.effect === 'read') return references;
  const guards = runbook.phases.find(({ id }) => id === step.phase)?.guards ?? [];
  const undo = runbook.rollback.get(step.id) ?? [];
  const needs = new Map(order.map((one) => [one.id, one.needs]));
  const phaseOf = new Map(order.map((one) => [one.id, one.phase]));
  const looks =
    action.effect === 'destroy' ? transitiveNeeds(step.id, (id) => needs.get(id) ?? []) : [];
  return [
    ...references,
    ...guards.flatMap((guard) => guard.references),
    ...runbook.impact.flatMap(({ value }) => stepReferences(value, 'cel')),
    ...undo.flatMap((one) => [...referencesOf(registry.get(one.action), one)]),
    ...[...looks].filter((id) => phaseOf.get(id) === step.phase),
  ];
}
