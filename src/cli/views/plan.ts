// A plan as text, top down as a person decides: what it is about, what is wrong with it, what it would do, and at the
// end what cannot be taken back.

import { counted, listSome, summarizePlan } from '../../engine/index.ts';
import type {
  CheckResult,
  PastRun,
  Plan,
  PlanSummary,
  PlannedPhase,
  PlannedStep,
} from '../../engine/index.ts';
import { failingPreconditions } from '../refusal.ts';
import type { TargetFact } from '../target-facts.ts';
import type { ChangeView } from './change.ts';
import { groupObjects } from './change-groups.ts';
import { errorRecordLines } from './error.ts';
import { impactLines, impactText } from './impact.ts';
import { pastRunLines } from './past-runs.ts';
import { destroyedObjects, isBrokenStep, kindOf, stepLines, stepWords } from './plan-step.ts';
import { problemLines } from './problem.ts';
import { isCarriedOut, selectionLines, whyPhaseLeftOut } from './selection.ts';
import { cut, pad, wrapped } from './table.ts';

export interface PlanView extends ChangeView {
  readonly facts: readonly TargetFact[];
  /** How the person named the runbook. */
  readonly path: string;
  /** How long it took, or how old it is. */
  readonly when: string;
  /** Undefined: nobody looked. */
  readonly past?: readonly PastRun[] | undefined;
  /** By which it is approved. */
  readonly digest: string;
  /** What a check says is wrapped there, but for its remedy: that is copied. */
  readonly proseColumns: number;
}

const DIGEST_CHARS = 19;
/** A phase with more shows only the first of them. */
const MAX_STEPS = 60;
const STEPS_OF_MANY = 40;
/** More preconditions that hold are counted instead of named. */
const MAX_HOLDING = 8;

export function planLines(plan: Plan, view: PlanView): readonly string[] {
  const { style } = view;
  const summary = summarizePlan(plan);
  const lines = headLines(plan, view);
  if (plan.warnings.length > 0) {
    lines.push('', style.bold('Warnings'));
    for (const warning of plan.warnings) lines.push(...indent(problemLines(warning, style)));
  }
  if (plan.preconditions.length > 0) {
    lines.push('', style.bold('Preconditions'));
    lines.push(...indent(preconditionLines(plan.preconditions, view)));
  }
  for (const phase of plan.phases) lines.push('', ...phaseLines(phase, plan, view));
  lines.push('', ...footLines(plan, summary, view));
  return lines;
}

function headLines(plan: Plan, view: PlanView): string[] {
  const { style } = view;
  const { runbook } = plan;
  const digest = runbook.digest.slice(0, DIGEST_CHARS);
  const lines = [
    `${style.bold(`Plan of ${runbook.name} ${runbook.version}`)} ${style.dim(`(runbook ${digest}, ${view.path}, drctl ${plan.drctl}, ${view.when})`)}`,
  ];
  const width = Math.max(0, ...view.facts.map((fact) => fact.name.length));
  for (const fact of view.facts) {
    const state = fact.problem === undefined ? (fact.answers ?? '') : style.bad(fact.problem);
    lines.push(
      `  ${pad(fact.name, width)}  ${pad(fact.type, 10)}  ${style.dim(whereText(fact))}  ${state}`.trimEnd(),
    );
  }
  return [...lines, ...selectionLines(plan.selection, style)];
}

/** Two kubeconfigs may lead to one cluster: only the server tells. */
function whereText({ where, server }: TargetFact): string {
  return server === undefined ? where : `${where} (${server})`;
}

/** Many that hold are counted; every other one is told. */
function preconditionLines(checks: readonly CheckResult[], view: PlanView): readonly string[] {
  const holding = checks.filter(({ verdict }) => verdict === 'holds').length;
  if (view.full || holding <= MAX_HOLDING)
    return checks.flatMap((check) => checkLines(check, view));
  const others = checks.filter(({ verdict }) => verdict !== 'holds');
  return [
    `${view.style.good('✓')} ${holding} hold ${view.style.dim('(--full names them)')}`,
    ...others.flatMap((check) => checkLines(check, view)),
  ];
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
function guardLines(guard: CheckResult, view: PlanView): readonly string[] {
  const { style } = view;
  if (guard.verdict === 'holds') return [`${style.good('✓')} guard ${guard.id}`];
  const said = `guard ${guard.id}${guard.message === undefined ? '' : `: ${guard.message}`}`;
  const line = view.full ? said : cut(said, Math.max(60, view.columns - 4));
  return [`${style.later('?')} ${style.dim(line)}`];
}

function phaseLines(phase: PlannedPhase, plan: Plan, view: PlanView): readonly string[] {
  const { style } = view;
  const leftOut = whyPhaseLeftOut(phase, plan);
  if (leftOut !== undefined && !view.full) {
    return [style.dim(`Phase ${phase.id}: ${counted(phase.steps.length, 'step')} ${leftOut}`)];
  }
  const marks = [
    phase.pointOfNoReturn ? style.bad('point of no return') : '',
    phase.approval === 'required' ? style.warn(approvalMark(phase)) : '',
  ].filter((mark) => mark !== '');
  const title = phase.title === phase.id ? '' : ` ${style.dim(phase.title)}`;
  const mark = marks.length === 0 ? '' : ` [${marks.join(', ')}]`;
  const lines = [`${style.bold(`Phase ${phase.id}`)}${mark}${title}`];
  for (const guard of phase.guards) {
    lines.push(...indent(guardLines(guard, view)));
  }
  return [...lines, ...indent(someSteps(phase.steps, view))];
}

/** Of very many the first, and whatever could not be planned; the others by what they do. */
function someSteps(steps: readonly PlannedStep[], view: PlanView): readonly string[] {
  const isShown = (step: PlannedStep, index: number): boolean =>
    view.full || steps.length <= MAX_STEPS || index < STEPS_OF_MANY || isBrokenStep(step);
  const lines = steps.filter(isShown).flatMap((step) => stepLines(step, view));
  const others = steps.filter((step, index) => !isShown(step, index));
  if (others.length === 0) return lines;
  const kinds = [...new Set(others.map(kindOf))].map((kind) => {
    const count = others.filter((step) => kindOf(step) === kind).length;
    return `${count} ${stepWords[kind]}`;
  });
  return [
    ...lines,
    view.style.dim(`… ${counted(others.length, 'more step')}: ${kinds.join(', ')} (--full)`),
  ];
}

function footLines(plan: Plan, summary: PlanSummary, view: PlanView): readonly string[] {
  const { style } = view;
  const lines = [`${style.bold('Plan:')} ${countText(summary)}`];
  const width = Math.max(0, ...summary.targets.map((one) => one.target.length));
  for (const one of summary.targets)
    lines.push(`  ${pad(one.target, width)}  ${changeCounts(one)}`);
  for (const line of impactLines(plan.impact, style))
    lines.push(...wrapped(line, view.proseColumns));
  const final = plan.phases.find((phase) => phase.pointOfNoReturn && isCarriedOut(phase, plan));
  if (final !== undefined) {
    lines.push(
      `${style.bold('Point of no return:')} phase ${final.id}; until then everything can be rolled back`,
    );
  }
  const approvals = plan.phases.filter((phase) => phase.approval === 'required');
  if (approvals.length > 0) {
    const names = approvals.map((phase) => phase.id);
    lines.push(
      `${style.bold('Approvals:')} ${names.join(', ')} (asked for when the phase is reached, or --approve ${names.join(' --approve ')})`,
    );
  }
  const toConfirm = new Set(
    plan.phases.flatMap(({ guards }) =>
      guards.flatMap(({ confirmable, unavailable }) =>
        confirmable === true && unavailable !== undefined ? [unavailable] : [],
      ),
    ),
  );
  if (toConfirm.size > 0) {
    const names = [...toConfirm];
    lines.push(
      `${style.bold('To confirm:')} ${names.join(', ')} is gone and stays off (asked for when a phase is reached that it guards, or --approve ${names.join(' --approve ')})`,
    );
  }
  for (const { title, from, until } of plan.outages ?? []) {
    const when = `from ${from} until ${until} has ended`;
    lines.push(...wrapped(`${style.bold('Out of use:')} ${title}, ${when}`, view.proseColumns));
  }
  lines.push(...pastRunLines(view.past, style));
  const destroyed = destroyedObjects(plan);
  if (destroyed.length > 0) {
    lines.push(style.bold(style.bad('Will be destroyed:')));
    // Names are not cut like in the steps above, which show some of their changes only.
    for (const one of view.full ? destroyed : groupObjects(destroyed))
      lines.push(...indent(wrapped(`${style.bad('-')} ${one}`, view.proseColumns - 2)));
  }
  const { digest } = view;
  if (plan.canApply) {
    const how = `(--approve ${digest.slice(0, DIGEST_CHARS)} says yes to exactly this)`;
    lines.push(`${style.bold('Digest:')} ${digest} ${style.dim(how)}`);
  } else lines.push(style.bad(refusalLine(plan, summary)));
  return lines;
}

function refusalLine(plan: Plan, summary: PlanSummary): string {
  const failing = failingPreconditions(plan);
  const answered = failing.filter(({ unanswered }) => unanswered !== true);
  const silent = failing.filter(({ unanswered }) => unanswered === true);
  const reasons = [
    answered.length === 0
      ? ''
      : `${counted(answered.length, 'precondition')} not holding: ${ids(answered)}`,
    silent.length === 0
      ? ''
      : `${counted(silent.length, 'precondition')} that cannot be told: ${ids(silent)}`,
    summary.errors.length === 0
      ? ''
      : `${counted(summary.errors.length, 'step')} that could not be planned: ${listSome(summary.errors.map((one) => one.instance))}`,
    ...(plan.impact ?? []).filter(({ refuses }) => refuses).map(impactText),
  ].filter((reason) => reason !== '');
  return `This plan cannot be applied: ${reasons.join('; ') || 'it was made without looking at the world'}`;
}

function ids(checks: readonly CheckResult[]): string {
  return listSome(checks.map(({ id }) => id));
}

function countText(summary: PlanSummary): string {
  const parts = [
    changeCounts(summary.total),
    summary.later.length === 0 ? '' : `${counted(summary.later.length, 'step')} known later`,
    summary.idle.length === 0 ? '' : `${counted(summary.idle.length, 'step')} with nothing to do`,
    summary.reading.length === 0 ? '' : `${counted(summary.reading.length, 'step')} only reading`,
    summary.skipped.length === 0 ? '' : `${counted(summary.skipped.length, 'step')} skipped`,
    summary.leftOut.length === 0 ? '' : `${counted(summary.leftOut.length, 'step')} left out`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function changeCounts(counts: {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly run: number;
}): string {
  const parts = [
    counts.create === 0 ? '' : `${counts.create} to create`,
    counts.update === 0 ? '' : `${counts.update} to update`,
    counts.delete === 0 ? '' : `${counts.delete} to delete`,
    counts.run === 0 ? '' : `${counts.run} to run`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'no changes' : parts.join(', ');
}

function approvalMark({ approvals = 1 }: PlannedPhase): string {
  return approvals === 1 ? 'asks for approval' : `asks for the approval of ${approvals} people`;
}

export function indent(lines: readonly string[], by = 2): readonly string[] {
  return lines.map((line) => (line === '' ? line : ' '.repeat(by) + line));
}
