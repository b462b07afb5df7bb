// Removes what one cut-off attempt left behind. Done again from its start after a crash. One that fails is told and
// recorded, and is no reason to leave the rest undone: it holds nothing down.

import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import { doBounded } from './bounded-work.ts';
import { recordOf } from './error-record.ts';
import type { Execution } from './execution.ts';
import { paramsAsBegun } from './instance-params.ts';
import { stepOfInstance } from './run-state.ts';
import { scopeFor, scopeOf } from './step-scope.ts';
import { instanceOfRun } from './undo-instance.ts';
import { undoEntriesOf } from './undo-entries.ts';
import { undoContext } from './write-context.ts';

/** Nothing is journaled when it was cut off. */
export async function tidyInstance<P extends Ports>(run: Execution<P>, id: string): Promise<void> {
  const { session, journal, halt } = run;
  const of = run.graph.steps.get(stepOfInstance(id));
  invariant(of, `${id} is of no step of this runbook`);
  const { step } = of;
  const action = session.registry.get(step.action);
  const ended = await doBounded(
    {
      system: session.system,
      timeoutMs: step.timeoutMs,
      signals: [halt, session.interrupt],
      subject: `Tidying up after "${id}"`,
      lastReport: () => undefined,
      retryable: true,
    },
    async (signal) => {
      const instance = instanceOfRun(journal.state, id);
      const scope = await scopeFor(run, scopeOf({ id, of, instance }, signal));
      const params = paramsAsBegun(run, { id, of, scope });
      const entries = await undoEntriesOf(run, id);
      const request = { instance: id, step, scope, signal, onReport: () => undefined, entries };
      await action.tidy?.({ params, entries }, undoContext(run, request));
    },
  );
  if (ended.kind === 'returned') return journal.append({ type: 'step.tidied', step: id });
  if (halt.aborted || session.interrupt.aborted) return undefined;
  const error = recordOf(ended.kind === 'threw' ? ended.error : ended.reason, session.redactor);
  return journal.append({ type: 'step.tidied', step: id, error });
}
