// A step that began in an earlier session and whose end was never recorded: the action looks at the world and says
// done, not done, or unclear. Unclear waits for a person; nothing is guessed.

import type { Ports, Probed } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { JsonObject } from '../contracts/json.ts';
import { validateOutputs } from '../language/validate-params.ts';
import { createReadContext } from '../planning/contexts.ts';
import { doBounded } from './bounded-work.ts';
import { recordOf } from './error-record.ts';
import type { Execution } from './execution.ts';
import { paramsAsBegun } from './instance-params.ts';
import { givenUp } from './prepare-attempt.ts';
import type { AttemptRequest } from './prepare-attempt.ts';
import { learnOutputs } from './read-again.ts';
import { mayRetry, retryDelayMs } from './retry.ts';
import { scopeFor, scopeOf } from './step-scope.ts';
import { tokenOf, undoEntriesOf } from './undo-entries.ts';

/** Journals the answer. Rejects when the journal cannot be written, and with bugs of the action. */
export async function settleDoubt<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
): Promise<void> {
  const { id, of } = request;
  const because = givenUp(run, of, run.scope);
  if (because !== undefined) {
    return run.journal.append({
      type: 'step.skipped',
      step: id,
      because: `${because}; it had begun`,
    });
  }
  const probed = await probeInstance(run, request, [run.calm]);
  if (probed === undefined) return undefined;
  if (probed.found === 'done') {
    if (!of.perishable) run.live.outputs.set(id, probed.outputs);
    return run.journal.append({ type: 'step.probed', step: id, ...probed });
  }
  if (probed.found === 'unclear') {
    run.stopping.abort();
    run.endings.waiting ??= unclear(run.session.runId, id, probed.because);
  }
  return run.journal.append({ type: 'step.probed', step: id, ...probed });
}

/**
 * What the action's probe says; a probe that fails has not answered, which is `unclear`. Undefined when stopped by one
 * of the signals. Throws bugs only.
 */
export async function probeInstance<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
  signals: readonly AbortSignal[],
): Promise<Probed<JsonObject> | undefined> {
  const { system } = run.session;
  const { step } = request.of;
  for (let attempts = 1; ; attempts += 1) {
    const ended = await doBounded(
      {
        system,
        timeoutMs: step.timeoutMs,
        signals,
        subject: `Looking at what "${request.id}" did`,
        lastReport: () => undefined,
        retryable: true,
      },
      (signal) => askProbe(run, request, signal),
    );
    if (ended.kind === 'returned') return ended.value;
    if (signals.some((signal) => signal.aborted)) return undefined;
    const error = ended.kind === 'threw' ? ended.error : ended.reason;
    if (!(error instanceof DrctlError)) throw error;
    if (!mayRetry(error, attempts, step.retry)) {
      const { message } = recordOf(error, run.session.redactor);
      return { found: 'unclear', because: `the probe failed: ${message}` };
    }
    const failed = { attempts, retryAfterMs: error.retryAfterMs };
    try {
      const delay = retryDelayMs(step.retry, failed, system.random());
      await system.sleep(delay, AbortSignal.any([...signals]));
    } catch {
      return undefined;
    }
  }
}

async function askProbe<P extends Ports>(
  run: Execution<P>,
  request: AttemptRequest,
  signal: AbortSignal,
): Promise<Probed<JsonObject>> {
  const { session } = run;
  const { id, of } = request;
  const action = session.registry.get(of.step.action);
  const scope = await scopeFor(run, scopeOf(request, signal));
  const params = paramsAsBegun(run, { id, of, scope });
  const read = createReadContext(session, { id, title: of.step.title }, scope, signal);
  const probed = await action.probe(params, {
    ...read,
    undoEntries: await undoEntriesOf(run, id),
    token: tokenOf(session.runId, id),
  });
  if (probed.found !== 'done') return probed;
  const outputs = validateOutputs(action, probed.outputs);
  learnOutputs(run, action.name, outputs);
  return { found: 'done', outputs };
}

function unclear(runId: string, step: string, because: string): DrctlError {
  return new DrctlError(
    'STEP_UNCLEAR',
    `Whether step "${step}" took effect is unclear: ${because}`,
    {
      step,
      hint: `Look at it, then decide: drctl retry|skip|mark-done ${runId} ${step} --reason …, and drctl resume ${runId}`,
    },
  );
}
