// Where a run stands: phases and steps, errors, who works on it, what can still be undone, and what to do next.

import { formatDuration } from '../../engine/index.ts';
import type {
  InstanceSummary,
  LeaseHolder,
  PhaseSummary,
  RunHeader,
  RunState,
  RunSummary,
  StepSummary,
} from '../../engine/index.ts';
import type { HeldReplicas } from '../held-replicas.ts';
import type { Style } from '../style.ts';
import { errorRecordLines } from './error.ts';
import { wrapped } from './table.ts';

export interface StatusView {
  readonly header: RunHeader;
  readonly state: RunState;
  readonly summary: RunSummary;
  /** Workloads that it keeps scaled. */
  readonly holds: readonly HeldReplicas[];
  /** Who works on it now. */
  readonly holder: LeaseHolder | undefined;
  readonly style: Style;
  /** Every step and instance, also of phases that are done. */
  readonly verbose: boolean;
  /** Longer lines are wrapped, but for commands: those are copied. */
  readonly columns: number;
  readonly now: Date;
}

const MAX_UNDO = 15;

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
  for (const phase of summary.phases) lines.push(...phaseLines(phase, view));
  lines.push(...heldLines(view), ...undoLines(view));
  const told = lines.flatMap((line) => wrapped(line, view.columns));
  const next = nextCommands(view);
  if (next.length > 0) told.push('', style.bold('Next'), ...next.map((line) => `  ${line}`));
  return told;
}

function stateText(view: StatusView): string {
  const { state, holder, style } = view;
  switch (state.status) {
    case 'finished':
      return state.outcome === 'succeeded' || state.outcome === 'rolled-back'
        ? style.good(state.outcome)
        : style.bad(state.outcome ?? 'ended');
    case 'running':
      if (holder !== undefined) return style.accent('running');
      return style.warn(waitingFor(view) ?? 'cut off: nobody works on it');
    case 'rolling-back':
      return holder === undefined
        ? style.warn('cut off while rolling back: nobody works on it')
        : style.accent('rolling back');
    case 'interrupted':
      return style.warn('interrupted');
    case 'new':
      return 'not begun';
    default:
      return state.status satisfies never;
  }
}

/** A run that waits for a person ends without a last word in its journal; what it waits for can be told all the same. */
function waitingFor(view: StatusView): string | undefined {
  const instances = view.summary.phases
    .flatMap((phase) => phase.steps)
    .flatMap((step) => step.instances);
  const open = instances.find(({ status }) => status === 'refused' || status === 'unclear');
  if (open !== undefined) return `waits for a person to decide about ${open.id}`;
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
  const ended = phase.steps.filter(
    (step) => step.instances.length > 0 && step.instances.every(isOver),
  );
  const approved =
    phase.approvedBy === undefined ? '' : style.dim(` approved by ${phase.approvedBy}`);
  const final = phase.pointOfNoReturn ? style.bad(' [point of no return]') : '';
  const mark = phase.done ? style.good('✓') : ended.length > 0 ? style.accent('▸') : style.dim('·');
  const count = `${ended.length}/${phase.steps.length}`;
  const lines = ['', `${mark} ${style.bold(phase.id)} ${style.dim(count)}${final}${approved}`];
  for (const step of phase.steps) {
    const quiet = phase.done && step.instances.every((one) => one.status === 'succeeded');
    if (quiet && !verbose) continue;
    lines.push(...stepLines(step, view));
  }
  return lines;
}

function stepLines(step: StepSummary, { style, verbose }: StatusView): readonly string[] {
  if (step.instances.length === 0) {
    return [style.dim(`    · ${step.id}${step.expanded ? ' (nothing matched)' : ''}`)];
  }
  const worthy = verbose ? step.instances : step.instances.filter((one) => !isQuiet(one, step));
  const lines = worthy.flatMap((one) => instanceLines(one, style));
  const left = step.instances.length - worthy.length;
  if (left > 0) lines.push(style.dim(`    ✓ ${step.id}: ${left} instances succeeded`));
  return lines;
}

/** One line for many instances that went well. */
function isQuiet(instance: InstanceSummary, step: StepSummary): boolean {
  return step.instances.length > 1 && instance.status === 'succeeded';
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

function undoLines({ summary, state, style }: StatusView): readonly string[] {
  if (state.outcome === 'rolled-back') return [];
  const worthy = summary.undo.filter(({ how }) => how === 'undo' || how === 'explicit');
  const lost = summary.undo.filter(({ how }) => how === 'impossible');
  if (worthy.length + lost.length === 0) return [];
  const shown = worthy.slice(0, MAX_UNDO).map(({ instance }) => instance);
  const more = worthy.length > MAX_UNDO ? ` and ${worthy.length - MAX_UNDO} more` : '';
  const lines = ['', `${style.bold('Can be undone')} ${shown.join(', ') || 'nothing'}${more}`];
  if (lost.length > 0) {
    lines.push(
      `${style.bold('Cannot be undone')} ${lost.map(({ instance }) => instance).join(', ')}`,
    );
  }
  if (summary.pointOfNoReturn !== undefined) {
    lines.push(style.bad(`Phase ${summary.pointOfNoReturn} has begun: rollback needs --force`));
  }
  return lines;
}

function nextCommands(view: StatusView): readonly string[] {
  const { header, state, summary, holder } = view;
  const { runId } = header;
  if (holder !== undefined) return [];
  if (state.outcome === 'succeeded' || state.outcome === 'rolled-back') return [];
  const unclear = summary.phases
    .flatMap((phase) => phase.steps)
    .flatMap((step) => step.instances)
    .filter(
      ({ status }) => status === 'unclear' || status === 'refused' || status === 'undo-failed',
    );
  const phase = phaseToApprove(view);
  return [
    ...unclear.map(({ id }) => `drctl retry|skip|mark-done ${runId} ${id} --reason TEXT`),
    phase === undefined ? `drctl resume ${runId}` : `drctl resume ${runId} --approve ${phase}`,
    `drctl rollback ${runId} --preview`,
  ];
}
