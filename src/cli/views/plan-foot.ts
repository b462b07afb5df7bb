// The end of a plan: its numbers, what cannot be taken back, and the digest by which it is approved, or why it is not.

import { counted, listSome } from '../../engine/index.ts';
import type { CheckResult, Plan, PlanSummary } from '../../engine/index.ts';
import { failingPreconditions } from '../refusal.ts';
import { groupObjects } from './change-groups.ts';
import { impactLines, impactText } from './impact.ts';
import { pastRunLines } from './past-runs.ts';
import type { PlanView } from './plan.ts';
import { destroyedObjects } from './plan-step.ts';
import { isCarriedOut } from './selection.ts';
import { indent, pad, wrapped } from './table.ts';

/** Of a digest: enough to tell it from others, and to approve by it. */
export const DIGEST_CHARS = 19;

export function footLines(plan: Plan, summary: PlanSummary, view: PlanView): readonly string[] {
  const { style } = view;
  const counts = plan.offline
    ? 'made offline, so what would change is not known'
    : countText(summary);
  const lines = [`${style.bold('Plan:')} ${counts}`];
  const width = Math.max(0, ...summary.targets.map((one) => one.target.length));
  for (const one of summary.targets)
    lines.push(`  ${pad(one.target, width)}  ${targetCounts(one)}`);
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
    const stays = plan.selection?.leftOut[until] !== undefined;
    const when = stays
      ? `from ${from} on: ${style.bad('nothing in this part ends it')}, for ${until} is left out`
      : `from ${from} until ${until} has ended`;
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
  const unasked = plan.preconditions.filter(({ restsOn }) => restsOn !== undefined);
  const reasons = [
    answered.length === 0
      ? ''
      : `${counted(answered.length, 'precondition')} not holding: ${ids(answered)}`,
    silent.length === 0
      ? ''
      : `${counted(silent.length, 'precondition')} that cannot be told: ${ids(silent)}`,
    unasked.length === 0 ? '' : `${unasked.length} that rest on it, not looked at`,
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

function targetCounts(counts: PlanSummary['targets'][number]): string {
  const known = ['create', 'update', 'delete', 'run'] as const;
  const later = counts.later === 0 ? [] : [`${counted(counts.later, 'step')} known later`];
  const isKnown = known.some((kind) => counts[kind] > 0);
  return [...(isKnown || later.length === 0 ? [changeCounts(counts)] : []), ...later].join(', ');
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
