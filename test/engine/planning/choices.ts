// Parts of toy runbooks, for the suites about what a choice of steps leaves out.

import { DrctlError, planRun, selectSteps } from '../../../src/engine/index.ts';
import type { Phase, Plan, Selection, Step, StepChoice } from '../../../src/engine/index.ts';
import { worldOf } from './plans.ts';
import { step, toyRegistry, toySession } from './toy-world.ts';

export const nothing: StepChoice = { phases: [], only: [], skip: [] };

export function select(phases: readonly Phase[], choice: Partial<StepChoice>): Selection {
  const { runbook } = toySession({ phases });
  return selectSteps(runbook, toyRegistry, { ...nothing, ...choice });
}

export function refusal(phases: readonly Phase[], choice: Partial<StepChoice>): DrctlError {
  try {
    select(phases, choice);
  } catch (error) {
    if (error instanceof DrctlError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

/** With everything that is read there. */
export async function planOf(phases: readonly Phase[], choice: Partial<StepChoice>): Promise<Plan> {
  const selection = select(phases, choice);
  const world = worldOf({ 'a/look': 'thing', 'a/thing': 1, 'a/x': 1, 'a/y': 1 });
  return planRun(toySession({ phases, world, selection }));
}

export const needing = (one: Step, ...needs: readonly string[]): Step => ({ ...one, needs });
export const drop = (id: string, ...needs: readonly string[]): Step =>
  needing(step({ id, action: 'toy.drop', with: { target: 'a', name: id, to: 0 } }), ...needs);
export const skipping = (...skip: readonly string[]): Partial<StepChoice> => ({
  skip,
  reason: 'done by hand',
  by: 'ana@host',
});
