// Only a part of a runbook is carried out: how a plan and a run's status say so.

import { choiceFlags, counted } from '../../engine/index.ts';
import type { Plan, PlannedPhase, Selection } from '../../engine/index.ts';
import type { Style } from '../style.ts';

/** What was asked for, and what is looked at beside it. */
export function selectionLines(selection: Selection | undefined, style: Style): readonly string[] {
  if (selection === undefined) return [];
  const { choice, leftOut, kept } = selection;
  const count = Object.keys(leftOut).length;
  const lines = [
    `  ${style.warn(`only a part of it: ${choiceFlags(choice)}`)} (${counted(count, 'step')} left out)`,
  ];
  if (kept.length > 0) {
    lines.push(style.dim(`  reads beside it, because what is chosen needs it: ${kept.join(', ')}`));
  }
  return lines;
}

/** Why no step of a phase is carried out, where one sentence says it of all of them. */
export function whyPhaseLeftOut({ steps }: PlannedPhase, plan: Plan): string | undefined {
  const reasons = new Set(steps.map(({ id }) => plan.selection?.leftOut[id]));
  const [because] = reasons;
  return reasons.size === 1 ? because : undefined;
}

/** At least one step of it is carried out. */
export function isCarriedOut({ steps }: PlannedPhase, plan: Plan): boolean {
  return steps.some(({ id }) => plan.selection?.leftOut[id] === undefined);
}
