// A precondition or a guard: a `read` action that must not throw. The answer is always a result;
// only an interruption and our own bugs are thrown.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { Json } from '../contracts/json.ts';
import type { CheckResult } from '../contracts/plan.ts';
import type { Check, Scope } from '../contracts/runbook.ts';
import { invariant } from '../contracts/invariant.ts';
import { renderParams } from '../language/render-params.ts';
import { renderValue } from '../language/render-value.ts';
import { validateParams } from '../language/validate-params.ts';
import { createReadContext, createReadOnlyContext } from './contexts.ts';
import { withDeadline } from './deadline.ts';
import { toErrorRecord } from './error-record.ts';
import { evaluateWhen } from './expand-step.ts';
import { patiently } from './patiently.ts';
import { isAnswer } from './planning-failure.ts';
import { learnSensitive } from './schema-marks.ts';
import { targetsOf } from './step-targets.ts';
import type { Session } from './session.ts';

export interface EvaluateCheckInput<P extends Ports> {
  readonly session: Session<P>;
  readonly check: Check;
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

/** Masked. `later`: it refers to steps that have not ended. Throws the signal's reason when aborted. */
export async function evaluateCheck<P extends Ports>(
  input: EvaluateCheckInput<P>,
): Promise<CheckResult> {
  const { session, check, scope, signal } = input;
  const base = { id: check.id, severity: check.severity };
  signal.throwIfAborted();
  try {
    const skip = reasonToSkip(input);
    if (skip !== undefined) return { ...base, ...skip };
    const waitsFor = await carryOut(input);
    return waitsFor === undefined
      ? { ...base, verdict: 'holds' }
      : { ...base, verdict: 'later', message: `evaluated after ${waitsFor.join(', ')}` };
  } catch (error) {
    signal.throwIfAborted();
    const record = toErrorRecord(error, session.redactor);
    const said = (template: string | undefined): string | undefined => {
      const text = template === undefined ? undefined : rendered(template, scope);
      return text === undefined ? undefined : session.redactor.maskText(text);
    };
    // What was not read may be as it must be: then only the error says what to do.
    const remedy = isAnswer(record) ? said(check.remedy) : undefined;
    return {
      ...base,
      verdict: 'fails',
      message: said(check.message) ?? record.message,
      ...(remedy !== undefined && { remedy }),
      error: record,
    };
  }
}

function reasonToSkip<P extends Ports>({
  session,
  check,
  scope,
}: EvaluateCheckInput<P>):
  Pick<CheckResult, 'verdict' | 'message' | 'unavailable' | 'confirmable'> | undefined {
  const when = evaluateWhen(check, scope);
  if (when.kind === 'skipped') {
    return { verdict: 'skipped', message: session.redactor.maskText(when.because) };
  }
  if (when.kind === 'later') {
    return { verdict: 'later', message: `evaluated after ${when.waitsFor.join(', ')}` };
  }
  const action = session.registry.get(check.action);
  const gone = targetsOf(action, check.with, scope).find((name) =>
    session.unavailable.includes(name),
  );
  if (gone !== undefined) {
    return {
      verdict: 'skipped',
      message:
        check.whenUnavailable === 'approve'
          ? `target "${gone}" is unavailable, so nobody checks this: a person confirms that it is gone`
          : `target "${gone}" is unavailable, so nobody checks this`,
      unavailable: gone,
      ...(check.whenUnavailable === 'approve' && { confirmable: true }),
    };
  }
  if (session.offline) return { verdict: 'skipped', message: 'not read: offline' };
  return undefined;
}

/** The steps it waits for; undefined when it was carried out and did not throw. */
async function carryOut<P extends Ports>({
  session,
  check,
  scope,
  signal,
}: EvaluateCheckInput<P>): Promise<readonly string[] | undefined> {
  const action = session.registry.get(check.action);
  invariant(action.effect === 'read', `Check "${check.id}" is not a read action: ${action.name}`);
  const given = renderParams(action, check.with, scope);
  if (!given.known) return given.waitsFor;
  const params = validateParams(action, given.value, check.at);
  learnSensitive(session.redactor, action.params, params);
  let unreachable: unknown;
  try {
    await withDeadline(
      { ms: check.timeoutMs, signal, subject: `Check "${check.id}"` },
      (bounded) => {
        const read = createReadContext(session, { id: check.id, title: check.id }, scope, bounded);
        const { system } = session;
        return patiently({ system, signal: bounded }, async () => {
          try {
            return await action.apply(params, createReadOnlyContext(read));
          } catch (error) {
            if (hasCode(error, 'CLIENT_UNREACHABLE')) unreachable = error;
            throw error;
          }
        });
      },
    );
  } catch (error) {
    // What used its time up is the silence of the server, not the check.
    throw hasCode(error, 'STEP_TIMEOUT') ? (unreachable ?? error) : error;
  }
  return undefined;
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof DrctlError && error.code === code;
}

/** The runbook's own words; the template as written when it cannot be rendered. */
function rendered(template: string, scope: Scope): string {
  try {
    const value = renderValue(template, scope);
    const text: Json = value.known ? value.value : value.shown;
    return typeof text === 'string' ? text : JSON.stringify(text);
  } catch {
    return template;
  }
}
