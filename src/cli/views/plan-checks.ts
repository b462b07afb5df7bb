// The preconditions and guards of a plan, one by one.

import { counted } from '../../engine/index.ts';
import type { CheckResult } from '../../engine/index.ts';
import { errorRecordLines } from './error.ts';
import type { PlanView } from './plan.ts';
import { indent, wrapped } from './table.ts';

/** More preconditions that hold are counted instead of named. */
const MAX_HOLDING = 8;

/**
 * Many that hold are counted; every other one is told. What does not hold and leaves others unasked comes first, with
 * those others: they are no faults of their own.
 */
export function preconditionLines(
  checks: readonly CheckResult[],
  view: PlanView,
): readonly string[] {
  const holding = checks.filter(({ verdict }) => verdict === 'holds').length;
  const unaskedFor = ({ id }: CheckResult): readonly CheckResult[] =>
    checks.filter(({ restsOn }) => restsOn === id);
  const isCause = (check: CheckResult): boolean => unaskedFor(check).length > 0;
  const told = checks.filter((check) => check.restsOn === undefined && !isCause(check));
  const causes = checks
    .filter(isCause)
    .flatMap((check) => [...checkLines(check, view), ...unaskedLines(unaskedFor(check), view)]);
  if (view.full || holding <= MAX_HOLDING)
    return [...causes, ...told.flatMap((check) => checkLines(check, view))];
  return [
    ...causes,
    `${view.style.good('✓')} ${holding} hold ${view.style.dim('(--full names them)')}`,
    ...told
      .filter(({ verdict }) => verdict !== 'holds')
      .flatMap((check) => checkLines(check, view)),
  ];
}

function unaskedLines(
  checks: readonly CheckResult[],
  { style, proseColumns }: PlanView,
): readonly string[] {
  const names = checks.map(({ id }) => id).join(', ');
  const line = `    ${counted(checks.length, 'precondition')} that rest on it, not looked at: ${names}`;
  return wrapped(line, proseColumns - 2).map((one) => style.dim(one));
}

function checkLines(check: CheckResult, view: PlanView): readonly string[] {
  const { style } = view;
  const said = check.message === undefined ? '' : `: ${check.message}`;
  switch (check.verdict) {
    case 'holds':
      return [`${style.good('✓')} ${check.id}`];
    case 'skipped':
      return [style.dim(`· ${check.id} skipped${said}`)];
    case 'later':
      return [
        `${style.later('?')} ${style.dim(`${check.id}${said === '' ? ' is evaluated when its phase runs' : said}`)}`,
      ];
    case 'fails': {
      const paint = check.severity === 'error' ? style.bad : style.warn;
      const line = `${paint(check.severity === 'error' ? '✗' : '!')} ${check.id}${said}`;
      return [...wrapped(line, view.proseColumns - 2), ...becauseLines(check, view)];
    }
    default:
      return check.verdict satisfies never;
  }
}

/** What was found, and what to do about it: in the runbook's words, or else as the error has it. */
function becauseLines(
  { message, error, remedy }: CheckResult,
  { style, proseColumns }: PlanView,
): readonly string[] {
  const remedies = (remedy?.split('\n') ?? []).map((line) => style.accent(`→ ${line}`));
  if (error === undefined) return indent(remedies, 4);
  const { hint: _, ...found } = error;
  const shown = errorRecordLines(remedy === undefined ? error : found, style);
  const told = error.message === message ? shown.slice(1) : shown;
  const lines = told.flatMap((line) => wrapped(line, proseColumns - 6));
  return indent([...lines, ...remedies], 4);
}

/** A guard that does not hold yet is nothing to worry about: its phase has not been reached. */
export function guardLines(guard: CheckResult, view: PlanView): readonly string[] {
  const { style } = view;
  if (guard.verdict === 'holds') return [`${style.good('✓')} guard ${guard.id}`];
  const said = `guard ${guard.id}${guard.message === undefined ? '' : `: ${guard.message}`}`;
  return wrapped(`${style.later('?')} ${style.dim(said)}`, view.proseColumns - 2);
}
