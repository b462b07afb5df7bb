// A plan as text, top down as a person decides: what it is about, what is wrong with it, what it would do, and at the
// end what cannot be taken back.

import { counted, summarizePlan } from '../../engine/index.ts';
import type { PastRun, Plan, PlannedPhase, PlannedStep } from '../../engine/index.ts';
import type { TargetFact } from '../target-facts.ts';
import type { ChangeView } from './change.ts';
import { guardLines, preconditionLines } from './plan-checks.ts';
import { DIGEST_CHARS, footLines } from './plan-foot.ts';
import { isBrokenStep, kindOf, stepLines, stepWords } from './plan-step.ts';
import { problemLines } from './problem.ts';
import { selectionLines, whyPhaseLeftOut } from './selection.ts';
import { indent, pad } from './table.ts';

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
}

/** A phase with more shows only the first of them. */
const MAX_STEPS = 60;
const STEPS_OF_MANY = 40;

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

function approvalMark({ approvals = 1 }: PlannedPhase): string {
  return approvals === 1 ? 'asks for approval' : `asks for the approval of ${approvals} people`;
}
