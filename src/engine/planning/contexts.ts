// What an action gets to work with while it plans or checks: readers, and the machine by way of System.

import type { Ports, ReadContext, WriteContext } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { InvariantError } from '../contracts/invariant.ts';
import type { Scope } from '../contracts/runbook.ts';
import { listSome } from '../contracts/words.ts';
import { evaluateExpression } from '../language/evaluate.ts';
import type { Session } from './session.ts';

/** `scope` has the step's `item` in it, where there is one. `step.id` is the instance's id. */
export function createReadContext<P extends Ports>(
  session: Session<P>,
  step: { readonly id: string; readonly title: string },
  scope: Scope,
  signal: AbortSignal,
): ReadContext<P> {
  const { system, redactor } = session;
  return {
    readers: session.ports.readers,
    signal,
    step: { id: step.id, title: step.title },
    run: { id: session.runId, drctl: session.drctl },
    now: () => system.now(),
    monotonicMs: () => system.monotonicMs(),
    sleep: (ms) => system.sleep(ms, signal),
    waiting: async (_what, work) => work(),
    evaluate: (expression, names) => {
      const result = evaluateExpression(expression, scope, names);
      if (result.known) return result.value;
      throw new DrctlError(
        'VALUE_UNRESOLVED',
        `"${expression}" needs the outputs of ${listSome(result.waitsFor)}, which are not known yet`,
      );
    },
    report: (progress) =>
      session.emit({
        type: 'progress',
        step: step.id,
        progress: { ...progress, message: redactor.maskText(progress.message) },
      }),
  };
}

/**
 * For carrying out an action of effect `read` where nothing may be written. Its `clients` are the readers, so that an
 * action that claims to read and tries to write finds no such method.
 */
export function createReadOnlyContext<P extends Ports>(read: ReadContext<P>): WriteContext<P> {
  const refuse = async (): Promise<never> => {
    throw new InvariantError(`"${read.step.id}" only reads, but asked to record something`);
  };
  return {
    ...read,
    clients: read.readers,
    attempt: 1,
    token: 'check',
    undoEntries: new Map(),
    cursor: undefined,
    recordUndo: refuse,
    progress: refuse,
    approve: async () => {
      throw new DrctlError('APPROVAL_NEEDED', `"${read.step.id}" cannot ask a person here`);
    },
  };
}
