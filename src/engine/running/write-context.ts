// What an action gets to work with while it changes the world. It is closed when the attempt is over: an action that
// was given up on and goes on all the same can record nothing any more.

import type { Ports, WriteContext } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Waited } from '../contracts/journal-event.ts';
import type { Json } from '../contracts/json.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import { createReadContext } from '../planning/contexts.ts';
import { askPerson } from './ask-person.ts';
import type { Execution } from './execution.ts';
import { instanceOf } from './run-state.ts';
import { createWaitMeter } from './wait-meter.ts';
import { recordUndo, tokenOf, undoEntriesOf } from './undo-entries.ts';

export interface WriteContextRequest {
  readonly instance: string;
  readonly step: Step;
  readonly scope: Scope;
  readonly signal: AbortSignal;
  /** Called with each message that the action reports. */
  onReport(message: string): void;
}

export interface OpenContext<P extends Ports> {
  readonly context: WriteContext<P>;
  /** What the attempt has waited for so far. */
  waited(): Waited | undefined;
  close(): void;
}

/** For an attempt: undo data and cursors are journaled. */
export async function openWriteContext<P extends Ports>(
  run: Execution<P>,
  request: WriteContextRequest,
): Promise<OpenContext<P>> {
  const { instance } = request;
  const entries = await undoEntriesOf(run, instance);
  const before = instanceOf(run.journal.state, instance);
  const meter = createWaitMeter(() => run.session.system.monotonicMs());
  let isOpen = true;
  const assertOpen = (): void => {
    if (isOpen) return;
    throw new DrctlError('STEP_TIMEOUT', `The attempt at "${instance}" is over`, {
      hint: 'The action must honour its signal',
    });
  };
  const context: WriteContext<P> = {
    ...commonContext(run, { ...request, subject: instance, calm: run.calm }),
    waiting: (what, work) => meter.during(what, work),
    attempt: before.attempt,
    token: tokenOf(run.session.runId, instance),
    undoEntries: entries,
    cursor: before.cursor,
    async recordUndo(added) {
      assertOpen();
      for (const [key, value] of await recordUndo(run, instance, added)) entries.set(key, value);
    },
    async progress(cursor: Json) {
      assertOpen();
      await run.journal.append({ type: 'step.progressed', step: instance, cursor });
    },
  };
  return {
    context,
    waited: () => meter.waited(),
    close: () => {
      isOpen = false;
    },
  };
}

/**
 * For an undo: it can be carried out any number of times from its start, so there is no undo of it and no cursor.
 * `name` is the step's that is carried out instead of the action's own undo: it tells the token apart, and questions are
 * asked in its name.
 */
export function undoContext<P extends Ports>(
  run: Execution<P>,
  request: WriteContextRequest & {
    readonly name?: string;
    readonly entries: ReadonlyMap<string, Json>;
  },
): WriteContext<P> {
  const { instance, name } = request;
  // What made the run stop going forward is no reason not to ask on the way back.
  const calm = AbortSignal.any([run.halt, run.session.interrupt]);
  const tokenName = name === undefined ? instance : `${instance}\nrollback\n${name}`;
  const common = commonContext(run, { ...request, subject: name ?? instance, calm });
  return {
    ...common,
    async approve(question) {
      const key = JSON.stringify([question.message, question.typed ?? null]);
      const approval = run.undoApprovals.get(key) ?? (await common.approve(question));
      run.undoApprovals.set(key, approval);
      return approval;
    },
    attempt: instanceOf(run.journal.state, instance).attempt,
    token: tokenOf(run.session.runId, tokenName),
    undoEntries: request.entries,
    cursor: undefined,
    recordUndo: async () => undefined,
    progress: async () => undefined,
  };
}

type Common = 'attempt' | 'token' | 'undoEntries' | 'cursor' | 'recordUndo' | 'progress';

function commonContext<P extends Ports>(
  run: Execution<P>,
  request: WriteContextRequest & { readonly subject: string; readonly calm: AbortSignal },
): Omit<WriteContext<P>, Common> {
  const { instance, step, scope, signal, onReport, subject, calm } = request;
  const { session, clients } = run;
  const read = createReadContext(session, { id: instance, title: step.title }, scope, signal);
  return {
    ...read,
    clients,
    report(progress) {
      onReport(progress.message);
      read.report(progress);
    },
    async approve(question) {
      const approval = await askPerson({ session, calm }, { ...question, subject });
      if (approval !== undefined) return approval;
      throw new DrctlError(
        'INTERRUPTED',
        `The run stopped before anybody answered for "${subject}"`,
      );
    },
  };
}
