// One attempt at one instance: prepared, journaled as started, carried out, journaled as ended. Whatever happens, the
// journal says either nothing, or "started" (in doubt), or what the end was.

import type { Ports } from '../contracts/action.ts';
import { InvariantError } from '../contracts/invariant.ts';
import type { Waited } from '../contracts/journal-event.ts';
import type { JsonObject } from '../contracts/json.ts';
import { validateOutputs } from '../language/validate-params.ts';
import { askAboutRisk } from './ask-about-risk.ts';
import { doBounded } from './bounded-work.ts';
import type { Ended } from './bounded-work.ts';
import { endAttempt } from './end-attempt.ts';
import type { Execution } from './execution.ts';
import { prepareAttempt } from './prepare-attempt.ts';
import type { AttemptRequest, Prepared } from './prepare-attempt.ts';
import { learnOutputs } from './read-again.ts';
import { instanceOf } from './run-state.ts';
import { openWriteContext } from './write-context.ts';
import type { OpenContext } from './write-context.ts';

/** Rejects only when the journal cannot be written. */
export async function runAttempt<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
): Promise<void> {
  const { session } = run;
  const { id, of } = request;
  // Until the attempt has begun nothing is lost by stopping.
  const prepared = await doBounded(
    { ...boundsOf(run, request), signals: [run.calm], lastReport: () => undefined },
    (signal) => prepareAttempt(run, request, signal),
  );
  if (prepared.kind !== 'returned') return endAttempt(run, request, prepared);
  const next = prepared.value;
  if (next.kind === 'skip') {
    return run.journal.append({ type: 'step.skipped', step: id, because: next.because });
  }
  if (next.kind === 'refuse') {
    return endAttempt(run, request, { kind: 'threw', error: next.error });
  }
  const raised = await askAboutRisk(run, request, next.changes);
  if (raised === 'interrupted') return undefined;
  if (raised !== undefined) return endAttempt(run, request, { kind: 'threw', error: raised });
  // The run may have begun to stop while this was prepared; nothing is lost by not beginning.
  if (run.calm.aborted) return undefined;
  const action = session.registry.get(of.step.action);
  await run.journal.append({
    type: 'step.started',
    step: id,
    attempt: instanceOf(run.journal.state, id).attempt + 1,
    action: action.name,
    actionVersion: action.version,
    params: action.shown(next.params),
    changes: next.changes,
  });
  run.live.params.set(id, next.params);
  const { ended, waited } = await carryOut(run, request, next);
  return endAttempt(run, request, ended, waited);
}

async function carryOut<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
  { params, scope }: Extract<Prepared, { kind: 'ready' }>,
): Promise<{ readonly ended: Ended<JsonObject>; readonly waited: Waited | undefined }> {
  const { id, of } = request;
  const { session, halt, calm } = run;
  const action = session.registry.get(of.step.action);
  let last: string | undefined;
  let opened: OpenContext<P> | undefined;
  const signals = [of.effect === 'read' ? calm : halt];
  const ended = await doBounded(
    { ...boundsOf(run, request), signals, lastReport: () => last },
    async (signal) => {
      opened = await openWriteContext(run, {
        instance: id,
        step: of.step,
        scope,
        signal,
        onReport: (message) => {
          last = message;
        },
      });
      return checkedOutputs(run, action.name, await action.apply(params, opened.context));
    },
  );
  opened?.close();
  return { ended, waited: opened?.waited() };
}

function checkedOutputs<P extends Ports>(
  run: Execution<P>,
  actionName: string,
  outputs: JsonObject,
): JsonObject {
  const action = run.session.registry.get(actionName);
  try {
    const valid = validateOutputs(action, outputs);
    learnOutputs(run, actionName, valid);
    return valid;
  } catch (cause) {
    throw new InvariantError(`${actionName} gave outputs that its own schema refuses`, { cause });
  }
}

function boundsOf<P extends Ports>(run: Execution<P>, { id, of }: AttemptRequest) {
  return {
    system: run.session.system,
    timeoutMs: of.step.timeoutMs,
    subject: `Step "${id}"`,
    // A read that waited in vain for its whole time is not begun again; a change that hung may pass at the next try.
    retryable: of.effect !== 'read',
  };
}
