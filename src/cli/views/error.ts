// Errors as people and machines see them: what failed, where in which file, what to do next. Never a stack, except for
// mistakes of ours.

import { DrctlError, counted } from '../../engine/index.ts';
import type { ErrorRecord, Problem } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import type { Style } from '../style.ts';
import { bugText } from './bug.ts';
import { problemLines } from './problem.ts';

const BUG_EXIT_CODE = 70;
const MAX_CAUSES = 10;

/** Prints it and gives the exit code. */
export function showError(
  error: unknown,
  { output, verbose }: { readonly output: Output; readonly verbose: boolean },
): number {
  const known = asDrctlError(error);
  if (known === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    output.event('error', { code: 'BUG', exitCode: BUG_EXIT_CODE, message });
    output.error(bugText(error));
    return BUG_EXIT_CODE;
  }
  const causes = causeMessages(known, verbose);
  output.event('error', { ...recordFields(known), exitCode: known.exitCode, causes });
  if (!output.json) {
    for (const line of errorLines(known, causes, output.noteStyle)) output.error(line);
  }
  return known.exitCode;
}

/** The lab throws errors of its own; everything else that is not a DrctlError is a bug. */
function asDrctlError(error: unknown): DrctlError | undefined {
  if (error instanceof DrctlError) return error;
  if (!(error instanceof Error) || error.name !== 'LabError') return undefined;
  const hint = 'hint' in error && typeof error.hint === 'string' ? { hint: error.hint } : {};
  return new DrctlError('LAB_FAILED', error.message, { cause: error.cause, ...hint });
}

function recordFields(error: DrctlError): object {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    step: error.step,
    at: error.at,
    problems: error.problems.length === 0 ? undefined : error.problems,
  };
}

function errorLines(error: DrctlError, causes: readonly string[], style: Style): readonly string[] {
  const lines: string[] = [];
  for (const problem of error.problems) lines.push(...problemLines(problem, style), '');
  const place =
    error.at === undefined || error.problems.length > 0
      ? ''
      : ` (${error.at.file}:${error.at.line}:${error.at.column})`;
  const step =
    error.step === undefined || error.message.includes(error.step) ? '' : `step ${error.step}: `;
  lines.push(`${style.bad(`${error.code}:`)} ${step}${headline(error)}${place}`);
  for (const cause of causes) lines.push(`  ${style.dim(`because: ${cause}`)}`);
  const said = error.problems.some((problem) => problem.hint === error.hint);
  for (const hint of said ? [] : (error.hint?.split('\n') ?? [])) {
    lines.push(`  ${style.accent(hint)}`);
  }
  return lines;
}

/** Where the problems stand above already, repeating the first of them would only be in the way. */
function headline({ message, problems }: DrctlError): string {
  const [first] = problems;
  if (first === undefined || !message.includes(first.message)) return message;
  return counted(problems.length, 'problem');
}

/** Outermost first; what has been said already is left out unless all is wished for. */
function causeMessages(error: DrctlError, all: boolean): readonly string[] {
  const messages: string[] = [];
  const said = [error.message];
  let cause: unknown = error.cause;
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth += 1) {
    const { message } = cause;
    const isNew = !said.some((one) => one.includes(message) || message.includes(one));
    // "ENOENT" is what the message above says in words.
    const isPlain = !('code' in cause) || cause.code !== 'ENOENT';
    if (all || (isNew && isPlain)) messages.push(message);
    said.push(message);
    cause = cause.cause;
  }
  return messages;
}

/** An error out of a journal or a plan, in one or two lines. */
export function errorRecordLines(error: ErrorRecord, style: Style): readonly string[] {
  const lines = [`${style.bad(`${error.code}:`)} ${error.message}`];
  for (const cause of (error.causes ?? []).filter(
    (one) => !error.message.includes(one) && !one.includes(error.message),
  )) {
    lines.push(style.dim(`because: ${cause}`));
  }
  if (error.hint !== undefined) lines.push(style.accent(error.hint));
  return lines;
}

/** Several problems as one error of this code. */
export function problemsError(
  code: 'ENV_INVALID' | 'RUN_MISMATCH',
  message: string,
  problems: readonly Problem[],
): DrctlError {
  return new DrctlError(code, message, { problems });
}
