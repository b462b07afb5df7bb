// Where a run stands: phases and steps, errors, who works on it, what can still be undone, and what to do next.

import { counted, formatDuration, isOver as isRunOver } from '../../engine/index.ts';
import type {
  InstanceSummary,
  LeaseHolder,
  OpenOutage,
  PhaseSummary,
  RestOfRunbook,
  RunHeader,
  RunState,
  RunSummary,
  StepSummary,
} from '../../engine/index.ts';
import type { HeldReplicas } from '../held-replicas.ts';
import type { StuckStep } from '../stuck.ts';
import type { Style } from '../style.ts';
import { approvalLines } from './approvals.ts';
import type { WaitingApprovals } from './approvals.ts';
import { errorRecordLines } from './error.ts';
import { ledgerLines } from './ledger.ts';
import { nextCommands } from './next-commands.ts';
import { selectionLines } from './selection.ts';
import { stuckLines } from './stuck.ts';
import { wrapped } from './table.ts';
import type { UndoDetails } from './undo-details.ts';

export interface StatusView {
  readonly header: RunHeader;
  readonly state: RunState;
  /** Where its journal ends. */
  readonly journal: { readonly lines: number; readonly head: string };
  readonly summary: RunSummary;
  /** Workloads that it keeps scaled. */
  readonly holds: readonly HeldReplicas[];
  /** What it put out of use and has not brought back. */
  readonly outages: readonly OpenOutage[];
  /** What comes after the part that it was. */
  readonly rest: RestOfRunbook | undefined;
  /** Targets that a person has to confirm to be gone before it goes on. */
  readonly toConfirm: readonly string[];
  /** The reversibility ledger, in the order in which a rollback would go. */
  readonly undo: readonly UndoDetails[];
  /** What a rollback that is stuck leaves to a person. */
  readonly stuck: readonly StuckStep[];
  /** Who works on it now. */
  readonly holder: LeaseHolder | undefined;
  /** Of the phase that waits for several people. */
  readonly approvals: WaitingApprovals | undefined;
  readonly style: Style;
  /** Every step and instance, also of phases that are done. */
  readonly verbose: boolean;
  /** Longer lines are wrapped, but for commands: those are copied. */
  readonly columns: number;
  readonly now: Date;
}

export function statusLines(view: StatusView): readonly string[] {
  const { header, state, style, summary, holder } = view;
  const lines = [
    `${style.bold('Run')} ${header.runId}  ${style.dim(`${header.runbook.name} ${header.runbook.version}`)}`,
    `  ${stateText(view)}`,
    `  begun ${state.startedAt ?? header.createdAt} by ${header.by.user}@${header.by.host}${durationText(view)}`,
  ];
  if (holder !== undefined) {
    lines.push(
      `  ${holder.user}@${holder.host} (process ${holder.pid}) works on it since ${holder.since}`,
    );
  }
  const { journal } = view;
  if (view.verbose)
    lines.push(style.dim(`  journal ${journal.head}, ${counted(journal.lines, 'line')}`));
  if (state.cleanedUp !== undefined) {
    const { by, at } = state.cleanedUp;
    lines.push(
      `  cleaned up ${at} by ${by}: what it held down was put back, its locks were given back`,
    );
  }
  const givenUp = [...new Set([...header.unavailable, ...state.unavailable])];
  if (givenUp.length > 0) lines.push(`  ${style.warn(`without ${givenUp.join(', ')}: given up`)}`);
  if (holder === undefined) lines.push(...approvalLines(view.approvals, style));
  lines.push(...selectionLines(header.plan.selection, style), ...partLines(view));
  for (const phase of summary.phases) lines.push(...phaseLines(phase, view));
  const told = [...lines, ...heldLines(view), ...outageLines(view)].flatMap((line) =>
    wrapped(line, view.columns),
  );
  told.push(...undoLines(view), ...stuckLines(view.stuck, { ...view, runId: header.runId }));
  const next = nextCommands(view, phaseToApprove(view));
  if (next.length > 0) told.push('', style.bold('Next'), ...next.map((line) => `  ${line}`));
  return told;
}

function stateText(view: StatusView): string {
  const { state, holder, style } = view;
  switch (state.status) {
    case 'finished':
      return finishedText(view);
    case 'running':
      if (holder !== undefined) return style.accent('running');
      return style.warn(waitingFor(view) ?? 'cut off: nobody works on it');
    case 'rolling-back':
      return holder === undefined
        ? style.warn('cut off while rolling back: nobody works on it')
        : style.accent('rolling back');
    case 'cleaning-up':
      return holder === undefined
        ? style.warn('cut off while cleaning up: nobody works on it')
        : style.accent('cleaning up');
    case 'interrupted':
      return style.warn('interrupted');
    case 'new':
      return 'not begun';
    default:
      return state.status satisfies never;
  }
}

function finishedText({ state, style }: StatusView): string {
  const { outcome = 'ended', rollback } = state;
  if (isRunOver(state)) return style.good(outcome);
  if (outcome !== 'rolled-back') return style.bad(outcome);
  return style.warn(`rolled back to ${rollback?.to}; resume goes forward again from there`);
}

/** Of a run that was asked for a part of its runbook, and ended before the runbook does. */
function partLines({ rest, state, style }: StatusView): readonly string[] {
  if (rest === undefined || state.outcome !== 'succeeded') return [];
  const { next, until, because } = rest;
  const lines = [`  ${style.warn(`ended before ${next}: what it changed stays as it left it`)}`];
  if (because === undefined) return lines;
  const how = until === undefined ? 'cannot go on from there' : `can go on up to ${until} only`;
  return [...lines, style.dim(`  another run ${how}: ${because}`)];
}

/** A run that waits for a person ends without a last word in its journal; what it waits for can be told all the same. */
function waitingFor(view: StatusView): string | undefined {
  const instances = view.summary.phases
    .flatMap((phase) => phase.steps)
    .flatMap((step) => step.instances);
  const open = instances.find(({ status }) => status === 'refused' || status === 'unclear');
  if (open !== undefined) return `waits for a person to decide about ${open.id}`;
  const gone = view.toConfirm.join(', ');
  if (gone !== '') return `waits for a person to confirm that ${gone} is gone`;
  const phase = phaseToApprove(view);
  return phase === undefined ? undefined : `waits for the approval of phase ${phase}`;
}

function phaseToApprove({ header, state, summary }: StatusView): string | undefined {
  const next = summary.phases.find((phase) => !phase.done);
  const planned = header.plan.phases.find((phase) => phase.id === next?.id);
  if (planned?.approval !== 'required' || state.approvals.has(planned.id)) return undefined;
  return planned.id;
}

function durationText({ state, now }: StatusView): string {
  if (state.startedAt === undefined) return '';
  const end = state.endedAt === undefined ? now.getTime() : Date.parse(state.endedAt);
  return ` (${formatDuration(Math.max(0, end - Date.parse(state.startedAt)))})`;
}

function phaseLines(phase: PhaseSummary, view: StatusView): readonly string[] {
  const { style, verbose } = view;
  const asked = phase.steps.filter(({ leftOut }) => leftOut === undefined);
  const ended = asked.filter((step) => step.instances.length > 0 && step.instances.every(isOver));
  const approved =
    phase.approvedBy === undefined ? '' : style.dim(` approved by ${phase.approvedBy}`);
  const final = phase.pointOfNoReturn ? style.bad(' [point of no return]') : '';
  const mark = phase.done ? style.good('✓') : ended.length > 0 ? style.accent('▸') : style.dim('·');
  const left = phase.steps.length - asked.length;
  const count = `${ended.length}/${asked.length}${left === 0 ? '' : `, ${left} left out`}`;
  if (asked.length === 0 && !verbose) {
    return ['', style.dim(`- ${phase.id} ${counted(left, 'step')} left out`)];
  }
  const lines = ['', `${mark} ${style.bold(phase.id)} ${style.dim(count)}${final}${approved}`];
  for (const step of phase.steps) {
    const quiet = phase.done && step.instances.every(wentWell);
    if (quiet && !verbose) continue;
    lines.push(...stepLines(step, view));
  }
  return lines;
}

function stepLines(step: StepSummary, { style, verbose }: StatusView): readonly string[] {
  if (step.leftOut !== undefined && step.instances.every(isUntouched)) {
    return [style.dim(`    - ${step.id} is ${step.leftOut}`)];
  }
  if (step.instances.length === 0) {
    return [style.dim(`    · ${step.id}${step.expanded ? ' (nothing matched)' : ''}`)];
  }
  const worthy = verbose ? step.instances : step.instances.filter((one) => !isQuiet(one, step));
  const lines = worthy.flatMap((one) => instanceLines(one, style));
  const left = step.instances.length - worthy.length;
  if (left > 0) lines.push(style.dim(`    ✓ ${step.id}: ${counted(left, 'instance')} succeeded`));
  return lines;
}

function isUntouched({ status }: InstanceSummary): boolean {
  return status === 'pending' || status === 'skipped';
}

/** One line for many instances that went well. */
function isQuiet(instance: InstanceSummary, step: StepSummary): boolean {
  return step.instances.length > 1 && wentWell(instance);
}

/** Not one that a person marked done: whoever goes on must know. */
function wentWell({ status, because }: InstanceSummary): boolean {
  return status === 'succeeded' && because === undefined;
}

function instanceLines(instance: InstanceSummary, style: Style): readonly string[] {
  const { id, status, attempts, startedAt, endedAt, error, because } = instance;
  const took =
    startedAt === undefined || endedAt === undefined
      ? ''
      : ` (${formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)))})`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const why = because === undefined ? '' : `: ${because}`;
  const shown = status === 'succeeded' || status === 'pending' ? '' : ` ${status}`;
  const lines = [
    `    ${statusMark(instance, style)} ${id}${shown}${style.dim(`${took}${tries}${why}`)}`,
  ];
  if (error !== undefined) {
    for (const line of errorRecordLines(error, style)) lines.push(`        ${line}`);
  }
  return lines;
}

function statusMark({ status }: InstanceSummary, style: Style): string {
  switch (status) {
    case 'succeeded':
    case 'undone':
      return style.good('✓');
    case 'failed':
    case 'refused':
    case 'undo-failed':
      return style.bad('✗');
    case 'unclear':
      return style.warn('?');
    case 'running':
    case 'retrying':
    case 'undoing':
      return style.accent('▸');
    case 'skipped':
    case 'not-undoable':
      return style.dim('-');
    case 'pending':
      return style.dim('·');
    default:
      return status satisfies never;
  }
}

function isOver({ status }: InstanceSummary): boolean {
  return status === 'succeeded' || status === 'skipped' || status === 'undone';
}

function heldLines({ holds, style }: StatusView): readonly string[] {
  if (holds.length === 0) return [];
  const lines = holds.map(({ target, kind, namespace, name, replicas, before, step }) => {
    const object = `${target} ${kind} ${namespace}/${name}`;
    return `  holds ${object} at ${replicas}, was ${before} ${style.dim(`(${step})`)}`;
  });
  return ['', style.bold('Kept scaled by this run'), ...lines];
}

function outageLines({ outages, style }: StatusView): readonly string[] {
  if (outages.length === 0) return [];
  const lines = outages.map(
    ({ title, since, from, until }) =>
      `  ${style.warn(title)} since ${since}, from ${from} until ${until} has ended`,
  );
  return ['', style.bold('Out of use'), ...lines];
}

function undoLines(view: StatusView): readonly string[] {
  const { summary, state, style, verbose, columns, undo } = view;
  if (isRunOver(state) && state.outcome === 'rolled-back') return [];
  const { pointOfNoReturn } = summary;
  return ledgerLines({ undo, pointOfNoReturn, style, verbose, columns });
}
