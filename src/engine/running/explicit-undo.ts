// The runbook's own `rollback:` steps of a step: carried out one after the other, in the scope of the instance that is
// undone. Actions are idempotent, so after a crash they are simply begun again from the first.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Instance } from '../contracts/journal-event.ts';
import type { Step } from '../contracts/runbook.ts';
import { listSome } from '../contracts/words.ts';
import { evaluateWhen } from '../planning/expand-step.ts';
import { planInstance } from '../planning/plan-instance.ts';
import type { Execution } from './execution.ts';
import { referencesOf } from '../planning/step-references.ts';
import type { GraphStep } from './run-graph.ts';
import { scopeFor } from './step-scope.ts';
import { undoContext } from './write-context.ts';

export async function carryOutExplicit<P extends Ports>(
  run: Execution<P>,
  undo: {
    readonly id: string;
    readonly of: GraphStep;
    readonly instance: Instance | undefined;
    readonly steps: readonly Step[];
    readonly signal: AbortSignal;
    onReport(message: string): void;
    /** Called before the first step that may change something; what comes before it can be begun again unseen. */
    begin(): Promise<void>;
  },
): Promise<void> {
  const { id, of, instance, signal, onReport } = undo;
  const { session } = run;
  for (const step of undo.steps) {
    signal.throwIfAborted();
    const action = session.registry.get(step.action);
    const scope = await scopeFor(run, {
      needs: [...of.step.needs, of.step.id],
      references: referencesOf(action, step),
      of: { id, instance },
      signal,
    });
    const when = evaluateWhen(step, scope);
    if (when.kind === 'skipped') continue;
    const plan = await planInstance({ session, step, instanceId: id, scope, signal });
    if (plan.kind === 'later') {
      throw new DrctlError(
        'VALUE_UNRESOLVED',
        `Rollback step "${step.id}" needs the outputs of ${listSome(plan.waitsFor)}, which never ended`,
        { step: id, hint: 'Put back by hand what it would have, then drctl mark-done RUN STEP' },
      );
    }
    const context = undoContext(run, {
      instance: id,
      step,
      scope,
      signal,
      onReport,
      entries: new Map(),
      name: step.id,
    });
    if (action.effect !== 'read') await undo.begin();
    await action.apply(plan.params, context);
  }
}
