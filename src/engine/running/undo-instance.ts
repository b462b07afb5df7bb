// Undoes one instance: by the action's own undo with the data that the attempt recorded, or by the runbook's explicit
// steps. Safe to begin again from its start, so a cut-off undo is simply done again.

import type { Ports } from '../contracts/action.ts';
import { formatDuration } from '../contracts/duration.ts';
import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { Instance, UndoScope } from '../contracts/journal-event.ts';
import type { Scope } from '../contracts/runbook.ts';
import { instanceId } from '../planning/expand-step.ts';
import { doBounded } from './bounded-work.ts';
import { carryOutExplicit } from './explicit-undo.ts';
import { bugOf, recordOf } from './error-record.ts';
import type { Execution } from './execution.ts';
import { paramsAsBegun } from './instance-params.ts';
import { givenUp } from './prepare-attempt.ts';
import { mayRetry, retryDelayMs, undoPolicy } from './retry.ts';
import type { GraphStep } from './run-graph.ts';
import { stepOfInstance } from './run-state.ts';
import type { RunState } from './run-state.ts';
import { scopeFor, scopeOf } from './step-scope.ts';
import { undoEntriesOf } from './undo-entries.ts';
import { changedSomething, recordedNothing } from './undo-prospect.ts';
import { undoContext } from './write-context.ts';

export interface UndoInstanceRequest {
  readonly id: string;
  readonly scope: UndoScope;
}

/** Journals undone, undo-failed or undo-impossible; nothing when it was cut off, or when nobody agreed to it. */
export async function undoInstance<P extends Ports>(
  run: Execution<P>,
  { id, scope }: UndoInstanceRequest,
): Promise<void> {
  const { journal, session } = run;
  const of = run.graph.steps.get(stepOfInstance(id));
  invariant(of, `${id} is of no step of this runbook`);
  const impossible = whyImpossible(run, of);
  if (impossible !== undefined) {
    if (changedSomething(of, journal.state.instances.get(id))) {
      const message = `"${id}" cannot be undone: ${impossible}`;
      session.emit({ type: 'notice', severity: 'warning', message });
    }
    return journal.append({ type: 'step.undo-impossible', step: id, because: impossible });
  }
  let hasBegun = false;
  const begin = async (): Promise<void> => {
    if (hasBegun) return;
    hasBegun = true;
    await journal.append({ type: 'step.undo-started', step: id, scope });
  };
  // A rollback that only asked so far can be withdrawn; a deferred undo is due whatever anybody says.
  if (scope === 'deferred') await begin();
  const instance = instanceOfRun(journal.state, id);
  const error = await attemptUndo(run, { id, of, instance, begin, scope });
  if (error !== undefined && (run.halt.aborted || error instanceof CutOff)) return undefined;
  if (scope === 'rollback' && isNoYes(error)) {
    if (error.code !== 'INTERRUPTED') run.endings.declined ??= named(error, id);
    return undefined;
  }
  await begin();
  if (error === undefined) return journal.append({ type: 'step.undone', step: id, scope });
  if (!(error instanceof DrctlError)) run.endings.bug ??= bugOf(error);
  run.endings.undo ??= undoFailure(run, id, error);
  return journal.append({
    type: 'step.undo-failed',
    step: id,
    scope,
    error: recordOf(error, session.redactor),
  });
}

/** Explicit steps need neither the action's undo nor, often, its target: they say themselves what they reach. */
function whyImpossible<P extends Ports>(run: Execution<P>, of: GraphStep): string | undefined {
  const { registry, runbook } = run.session;
  if (runbook.rollback.has(of.step.id)) return undefined;
  const { undo } = registry.get(of.step.action);
  return undo.possible ? givenUp(run, of, run.scope) : undo.because;
}

interface Undoing {
  readonly id: string;
  readonly of: GraphStep;
  readonly instance: Instance | undefined;
  readonly scope: UndoScope;
  /** Journals that the undo begins; before anything is changed. */
  begin(): Promise<void>;
}

/** A person said no, could not be asked, or interrupted at the question. */
function isNoYes(error: unknown): error is DrctlError {
  const codes = ['DECLINED', 'APPROVAL_NEEDED', 'INTERRUPTED'];
  return error instanceof DrctlError && codes.includes(error.code);
}

function named({ code, message, hint }: DrctlError, step: string): DrctlError {
  return new DrctlError(code, message, { step, ...(hint === undefined ? {} : { hint }) });
}

/** A person interrupted while the next try was waited for: nothing has failed for good. */
class CutOff extends Error {}

/** The error, or undefined when it is undone. */
async function attemptUndo<P extends Ports>(run: Execution<P>, undoing: Undoing): Promise<unknown> {
  const { session, halt, budget } = run;
  const retry = undoPolicy(undoing.of.step.retry);
  const timeoutMs = undoTimeoutMs(run, undoing.of);
  // What comes back in any case does so too when the rollback's own time is up.
  const signals = undoing.scope === 'rollback' ? [halt, budget.signal] : [halt];
  for (let attempts = 1; ; attempts += 1) {
    let last: string | undefined;
    const ended = await doBounded(
      {
        system: session.system,
        timeoutMs,
        signals,
        subject: `Undoing "${undoing.id}"`,
        lastReport: () => last,
        retryable: true,
      },
      (signal) =>
        carryOutUndo(run, undoing, {
          signal,
          onReport: (message) => {
            last = message;
          },
        }),
    );
    if (ended.kind === 'returned') return undefined;
    const error = ended.kind === 'threw' ? ended.error : ended.reason;
    const isOver = ended.kind === 'abandoned' || signals.some((signal) => signal.aborted);
    if (isOver || !mayRetry(error, attempts, retry)) return error;
    const retryAfterMs = error instanceof DrctlError ? error.retryAfterMs : undefined;
    const delay = retryDelayMs(retry, { attempts, retryAfterMs }, session.system.random());
    sayAgain(run, { id: undoing.id, error, delay, attempts, of: retry.attempts });
    // What comes back in any case goes on trying after the interrupt that made it come back.
    const interrupt = undoing.scope === 'rollback' ? [session.interrupt] : [];
    try {
      await session.system.sleep(delay, AbortSignal.any([...signals, ...interrupt]));
    } catch {
      return interrupt.some(({ aborted }) => aborted) ? new CutOff() : error;
    }
  }
}

/** Minutes may go by before it is given up: nobody should have to guess what they are spent on. */
function sayAgain<P extends Ports>(
  { session }: Execution<P>,
  failed: {
    readonly id: string;
    readonly error: unknown;
    readonly delay: number;
    readonly attempts: number;
    readonly of: number;
  },
): void {
  const { id, delay, attempts } = failed;
  const { message } = recordOf(failed.error, session.redactor);
  const again = `tried again in ${formatDuration(delay)} (${attempts} of ${failed.of})`;
  session.emit({
    type: 'notice',
    severity: 'warning',
    message: `Undoing "${id}" has not worked yet: ${message}; ${again}`,
  });
}

/** The runbook's own steps select by name: where the step made nothing, they would find what somebody else made. */
function hasChangedNothing<P extends Ports>(
  run: Execution<P>,
  { of, id }: Pick<Undoing, 'of' | 'id'>,
): boolean {
  const action = run.session.registry.get(of.step.action);
  return recordedNothing(action, run.journal.state.instances.get(id));
}

/** Explicit steps bring their own timeouts; they are carried out one after the other. */
function undoTimeoutMs<P extends Ports>({ session }: Execution<P>, { step }: GraphStep): number {
  const explicit = session.runbook.rollback.get(step.id);
  return explicit?.reduce((total, { timeoutMs }) => total + timeoutMs, 0) ?? step.timeoutMs;
}

async function carryOutUndo<P extends Ports>(
  run: Execution<P>,
  { id, of, instance, begin }: Undoing,
  { signal, onReport }: { readonly signal: AbortSignal; onReport(message: string): void },
): Promise<void> {
  const { session } = run;
  const { step } = of;
  const explicit = session.runbook.rollback.get(step.id);
  if (explicit !== undefined) {
    if (hasChangedNothing(run, { of, id })) return undefined;
    return carryOutExplicit(run, { id, of, instance, steps: explicit, signal, onReport, begin });
  }
  const action = session.registry.get(step.action);
  invariant(action.undo.possible, `${action.name} cannot be undone`);
  const scope: Scope = await scopeFor(run, scopeOf({ id, of, instance }, signal));
  const params = paramsAsBegun(run, { id, of, scope });
  const entries = await undoEntriesOf(run, id);
  const request = { instance: id, step, scope, signal, onReport, entries };
  await begin();
  return action.undo.run({ params, entries }, undoContext(run, request));
}

/** Of a forEach step only. */
export function instanceOfRun(state: RunState, id: string): Instance | undefined {
  const step = stepOfInstance(id);
  return state.expansions.get(step)?.find(({ key }) => instanceId(step, key) === id);
}

function undoFailure<P extends Ports>(
  { session, journal }: Execution<P>,
  id: string,
  cause: unknown,
): DrctlError {
  const { message } = recordOf(cause, session.redactor);
  const verb = journal.state.status === 'cleaning-up' ? 'cleanup' : 'resume';
  return new DrctlError('ROLLBACK_STUCK', `Undoing "${id}" failed: ${message}`, {
    cause,
    step: id,
    hint: `Put right what stopped it and run "drctl ${verb} ${session.runId}", or put it back by hand and run "drctl mark-done ${session.runId} ${id} --reason …" first`,
  });
}
