// A plan as text, top down as a person decides: what it is about, what is wrong with it, what it would do, and at the
// end what cannot be taken back.

import { formatDuration, summarizePlan } from '../../engine/index.ts';
import type { CheckResult, Plan, PlanSummary, PlannedPhase } from '../../engine/index.ts';
import type { Style } from '../style.ts';
import type { TargetFact } from '../target-facts.ts';
import type { ChangeView } from './change.ts';
import { counted } from './counted.ts';
import { errorRecordLines } from './error.ts';
import { destroyedObjects, stepLines } from './plan-step.ts';
import { problemLines } from './problem.ts';
import { cut, pad } from './table.ts';

export interface PlanView extends ChangeView {
  readonly facts: readonly TargetFact[];
  /** How the person named the runbook. */
  readonly path: string;
  readonly tookMs: number;
}

const DIGEST_CHARS = 19;
const MAX_DESTROYED = 20;

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
    for (const check of plan.preconditions) lines.push(...indent(checkLines(check, style)));
  }
  for (const phase of plan.phases) lines.push('', ...phaseLines(phase, view));
  lines.push('', ...footLines(plan, summary, view));
  return lines;
}

function headLines(plan: Plan, view: PlanView): string[] {
  const { style } = view;
  const { runbook } = plan;
  const digest = runbook.digest.slice(0, DIGEST_CHARS);
  const lines = [
    `${style.bold(`Plan of ${runbook.name} ${runbook.version}`)} ${style.dim(`(${digest}, ${view.path}, drctl ${plan.drctl}, ${formatDuration(view.tookMs)})`)}`,
  ];
  const width = Math.max(0, ...view.facts.map((fact) => fact.name.length));
  for (const fact of view.facts) {
    const state = fact.problem === undefined ? (fact.answers ?? '') : style.bad(fact.problem);
    lines.push(
      `  ${pad(fact.name, width)}  ${pad(fact.type, 10)}  ${style.dim(fact.where)}  ${state}`.trimEnd(),
    );
  }
  return lines;
}

function checkLines(check: CheckResult, style: Style): readonly string[] {
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
      const lines = [`${paint(check.severity === 'error' ? '✗' : '!')} ${check.id}${said}`];
      const { error } = check;
      if (error !== undefined) {
        const shown = errorRecordLines(error, style);
        lines.push(...indent(error.message === check.message ? shown.slice(1) : shown, 4));
      }
      return lines;
    }
    default:
      return check.verdict satisfies never;
  }
}

/** A guard that does not hold yet is nothing to worry about: its phase has not been reached. */
function guardLines(guard: CheckResult, view: PlanView): readonly string[] {
  const { style } = view;
  if (guard.verdict === 'holds') return [`${style.good('✓')} guard ${guard.id}`];
  const said = `guard ${guard.id}${guard.message === undefined ? '' : `: ${guard.message}`}`;
  const line = view.full ? said : cut(said, Math.max(60, view.columns - 4));
  return [`${style.later('?')} ${style.dim(line)}`];
}

function phaseLines(phase: PlannedPhase, view: PlanView): readonly string[] {
  const { style } = view;
  const marks = [
    phase.pointOfNoReturn ? style.bad('point of no return') : '',
    phase.approval === 'required' ? style.warn('asks for approval') : '',
  ].filter((mark) => mark !== '');
  const title = phase.title === phase.id ? '' : ` ${style.dim(phase.title)}`;
  const mark = marks.length === 0 ? '' : ` [${marks.join(', ')}]`;
  const lines = [`${style.bold(`Phase ${phase.id}`)}${mark}${title}`];
  for (const guard of phase.guards) {
    lines.push(...indent(guardLines(guard, view)));
  }
  for (const step of phase.steps) lines.push(...indent(stepLines(step, view)));
  return lines;
}

function footLines(plan: Plan, summary: PlanSummary, view: PlanView): readonly string[] {
  const { style } = view;
  const lines = [`${style.bold('Plan:')} ${countText(summary)}`];
  const width = Math.max(0, ...summary.targets.map((one) => one.target.length));
  for (const one of summary.targets)
    lines.push(`  ${pad(one.target, width)}  ${changeCounts(one)}`);
  const final = plan.phases.find((phase) => phase.pointOfNoReturn);
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
  const destroyed = destroyedObjects(plan);
  if (destroyed.length > 0) {
    lines.push(style.bold(style.bad('Will be destroyed:')));
    const shown = view.full ? destroyed : destroyed.slice(0, MAX_DESTROYED);
    lines.push(...indent(shown.map((one) => `${style.bad('-')} ${one}`)));
    if (shown.length < destroyed.length) {
      lines.push(style.dim(`  … ${destroyed.length - shown.length} more (--full)`));
    }
  }
  if (!plan.canApply) lines.push(style.bad(refusal(plan, summary)));
  return lines;
}

function refusal(plan: Plan, summary: PlanSummary): string {
  const failing = plan.preconditions.filter(
    (check) => check.verdict === 'fails' && check.severity === 'error',
  );
  const reasons = [
    failing.length === 0
      ? ''
      : `${counted(failing.length, 'precondition')} not holding: ${failing.map((one) => one.id).join(', ')}`,
    summary.errors.length === 0
      ? ''
      : `${counted(summary.errors.length, 'step')} that could not be planned: ${summary.errors.map((one) => one.instance).join(', ')}`,
  ].filter((reason) => reason !== '');
  return `This plan cannot be applied: ${reasons.join('; ') || 'it was made without looking at the world'}`;
}

function countText(summary: PlanSummary): string {
  const parts = [
    changeCounts(summary.total),
    summary.later.length === 0 ? '' : `${counted(summary.later.length, 'step')} known later`,
    summary.idle.length === 0 ? '' : `${counted(summary.idle.length, 'step')} with nothing to do`,
    summary.reading.length === 0 ? '' : `${counted(summary.reading.length, 'step')} only reading`,
    summary.skipped.length === 0 ? '' : `${counted(summary.skipped.length, 'step')} skipped`,
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

export function indent(lines: readonly string[], by = 2): readonly string[] {
  return lines.map((line) => (line === '' ? line : ' '.repeat(by) + line));
}
