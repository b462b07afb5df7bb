// Rules about steps that destroy, or that nothing undoes.

import type { Phase, Ports, Step } from '../../../engine/index.ts';
import type { Linted, Rule } from '../finding.ts';

export const destroysWithoutGuard: Rule = {
  name: 'destroys-without-guard',
  describe: 'A step destroys something, and nothing looks right before whether it still may',
  find: (linted) =>
    stepsOf(linted)
      .filter(({ phase, effect }) => effect === 'destroy' && phase.guards.length === 0)
      .map(({ step, phase }) => ({
        message: `Step ${step.id} destroys, and its phase ${phase.id} has no guard`,
        at: step.at,
        hint: `Give the phase "guards": checks that are evaluated right before every attempt, for example that what replaces it serves`,
      })),
};

export const cannotBeUndone: Rule = {
  name: 'cannot-be-undone',
  describe: 'A step before the point of no return cannot be undone, so a rollback ends there',
  find: (linted) =>
    stepsOf(linted)
      .filter(({ phase, undo }) => !undo && !phase.pointOfNoReturn)
      .filter(({ after, step }) => after === undefined && !linted.runbook.rollback.has(step.id))
      .map(({ step, phase, because }) => ({
        message: `Step ${step.id} cannot be undone: ${because}`,
        at: step.at,
        hint: `Say under "rollback: { ${step.id}: […] }" how, or mark the phase ${phase.id} as pointOfNoReturn`,
      })),
};

export const afterPointOfNoReturn: Rule = {
  name: 'after-point-of-no-return',
  describe:
    'A step changes something after the point of no return: when it fails, nothing can be undone any more',
  find: (linted) =>
    stepsOf(linted)
      .filter(({ effect, after }) => effect !== 'read' && after !== undefined)
      .map(({ step, after }) => ({
        message: `Step ${step.id} changes something after the point of no return (phase ${after})`,
        at: step.at,
        hint: 'Do it before, when it can fail without harm',
      })),
};

interface Placed {
  readonly step: Step;
  readonly phase: Phase;
  readonly effect: 'read' | 'change' | 'destroy';
  readonly undo: boolean;
  /** Why its action has no undo; empty where it has. */
  readonly because: string;
  /** The phase before it that is the point of no return. */
  readonly after: string | undefined;
}

function stepsOf<P extends Ports>({ runbook, registry }: Linted<P>): readonly Placed[] {
  let after: string | undefined;
  return runbook.phases.flatMap((phase) => {
    const placed = phase.steps.map((step) => {
      const action = registry.get(step.action);
      const undo = action.effect === 'read' || action.undo.possible;
      const because = action.effect === 'read' || action.undo.possible ? '' : action.undo.because;
      return { step, phase, effect: action.effect, undo, because, after };
    });
    if (phase.pointOfNoReturn) after = phase.id;
    return placed;
  });
}
