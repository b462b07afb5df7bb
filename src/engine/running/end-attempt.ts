// What the end of an attempt means: for the journal, for another attempt, and for the run. An attempt that was cut off
// leaves no event: it is in doubt, and the next session looks at the world.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Waited } from '../contracts/journal-event.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Ended } from './bounded-work.ts';
import { bugOf, recordOf } from './error-record.ts';
import type { Execution } from './execution.ts';
import type { AttemptRequest } from './prepare-attempt.ts';
import { mayRetry, retryDelayMs } from './retry.ts';
import { instanceOf } from './run-state.ts';

export async function endAttempt<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
  ended: Ended<JsonObject>,
  waited?: Waited,
): Promise<void> {
  const { id, of } = request;
  if (ended.kind === 'returned') {
    const outputs = ended.value;
    const { attempt } = instanceOf(run.journal.state, id);
    if (!of.perishable) run.live.outputs.set(id, outputs);
    return run.journal.append({
      type: 'step.succeeded',
      step: id,
      attempt,
      outputs: of.perishable ? null : outputs,
      ...(waited !== undefined && { waited }),
    });
  }
  if (run.halt.aborted) return undefined;
  if (ended.kind === 'threw') return failAttempt(run, request, ended.error, waited);
  const isTimeout = ended.reason instanceof DrctlError && ended.reason.code === 'STEP_TIMEOUT';
  const hasBegun = instanceOf(run.journal.state, id).status === 'running';
  if (!isTimeout) return hasBegun ? cutOff(run, id) : undefined;
  if (ended.kind === 'abandoned' && hasBegun && of.effect !== 'read') {
    abandon(run, id, ended.reason);
    return undefined;
  }
  return failAttempt(run, request, ended.reason, waited);
}

async function failAttempt<P extends Ports>(
  run: Execution<P>,
  { id, of }: AttemptRequest,
  error: unknown,
  waited: Waited | undefined,
): Promise<void> {
  const { session, journal, endings } = run;
  if (error instanceof DrctlError && error.code === 'INTERRUPTED') return cutOff(run, id);
  if (needsPerson(error)) {
    endings.waiting ??= error;
    run.stopping.abort();
    return journal.append({
      type: 'step.refused',
      step: id,
      error: recordOf(error, session.redactor),
    });
  }
  const before = instanceOf(journal.state, id);
  const hasBegun = before.status === 'running';
  const counted = before.session === journal.state.session ? before.sessionAttempts : 0;
  const attempts = hasBegun ? before.sessionAttempts : counted + 1;
  const willRetry = mayRetry(error, attempts, of.step.retry);
  await journal.append({
    type: 'step.failed',
    step: id,
    attempt: hasBegun ? before.attempt : before.attempt + 1,
    error: recordOf(error, session.redactor),
    willRetry,
    ...(waited !== undefined && { waited }),
  });
  if (willRetry && error instanceof DrctlError) {
    await pause(
      run,
      retryDelayMs(
        of.step.retry,
        { attempts, retryAfterMs: error.retryAfterMs },
        session.system.random(),
      ),
    );
    return;
  }
  if (!(error instanceof DrctlError)) endings.bug ??= bugOf(error);
  if (of.step.onFailure === 'continue') return;
  endings.failure ??= failureOf(run, id, error);
  run.stopping.abort();
}

/** A read, or a question to a person, that ended because the run stops: it is simply done again. */
async function cutOff<P extends Ports>(
  { journal, session }: Execution<P>,
  id: string,
): Promise<void> {
  return journal.append({
    type: 'step.failed',
    step: id,
    attempt: instanceOf(journal.state, id).attempt,
    error: { code: 'INTERRUPTED', message: `Stopped because run ${session.runId} stops` },
    willRetry: true,
  });
}

/** Cut short when the run stops: then the next session goes on at once. */
async function pause<P extends Ports>({ session, calm }: Execution<P>, ms: number): Promise<void> {
  try {
    await session.system.sleep(ms, calm);
  } catch (error) {
    if (!calm.aborted) throw error;
  }
}

/** A refusal, not a failure: nothing was done, and the same attempt may pass once a person has acted. */
function needsPerson(error: unknown): error is DrctlError {
  const codes = ['APPROVAL_NEEDED', 'DECLINED', 'RISK_RAISED', 'GUARD_REFUSED'];
  return error instanceof DrctlError && codes.includes(error.code);
}

function failureOf<P extends Ports>(
  { session }: Execution<P>,
  id: string,
  cause: unknown,
): DrctlError {
  const { message, hint } = recordOf(cause, session.redactor);
  return new DrctlError('STEP_FAILED', `Step "${id}" failed: ${message}`, {
    cause,
    step: id,
    hint: [
      ...(hint === undefined ? [] : [hint]),
      `"drctl resume ${session.runId}" begins again at this step; "drctl rollback ${session.runId}" undoes the run`,
    ].join('; '),
  });
}

/**
 * The action was told to stop and did not. Trying again while the old attempt may still be at work could do things
 * twice, so the run ends here; the process's end ends the old attempt, and resume asks the probe what it did.
 */
function abandon<P extends Ports>(run: Execution<P>, id: string, cause: DrctlError): void {
  run.abandoned.add(id);
  run.stopping.abort();
  run.endings.waiting ??= new DrctlError(
    'STEP_UNCLEAR',
    `Step "${id}" did not stop when it was told to, so what it did is not known: ${cause.message}`,
    {
      cause,
      step: id,
      hint: `Run "drctl resume ${run.session.runId}": it looks at the world before it goes on`,
    },
  );
}
