// What apply, resume and rollback share: the view, the approver, the signals, and how a run's end is told.

import type { DrPorts } from '../actions/index.ts';
import type { StateStore } from '../adapters/index.ts';
import { counted, formatDuration, isOver as isRunOver } from '../engine/index.ts';
import type { Plan, RunEvent, RunResult, RunSession, RunState } from '../engine/index.ts';
import { createApprover } from './approver.ts';
import type { ApprovalArgs } from './approver.ts';
import type { Cli } from './command.ts';
import { withLocks } from './locks.ts';
import type { OpenSession } from './session.ts';
import { isUnfinished, placeOf, readState } from './state-folder.ts';
import { stuckSteps } from './stuck.ts';
import type { StuckStep } from './stuck.ts';
import { showError } from './views/error.ts';
import { groupObjects } from './views/change-groups.ts';
import { impactLines } from './views/impact.ts';
import { destroyedObjects, destroyingNotes } from './views/plan-step.ts';
import { createPlainView } from './views/run-plain.ts';
import type { RunView, Section } from './views/run-view.ts';
import { stuckLines } from './views/stuck.ts';
import { wrapped } from './views/table.ts';

/** Events that come before the view is there (while connecting) are kept for it. */
export interface EventRelay {
  emit(event: RunEvent): void;
  connect(view: RunView): void;
}

const MAX_KEPT_EVENTS = 1_000;
const INTERRUPTED_EXIT_CODE = 130;
const WAITING_EXIT_CODE = 5;

export function createEventRelay(): EventRelay {
  const kept: RunEvent[] = [];
  let view: RunView | undefined;
  return {
    emit(event) {
      if (view !== undefined) view.emit(event);
      else if (kept.length < MAX_KEPT_EVENTS) kept.push(event);
    },
    connect(to) {
      view = to;
      for (const event of kept.splice(0)) to.emit(event);
    },
  };
}

/** People on a terminal get a drawn list, logs get lines, machines get events. */
export async function openView(sections: readonly Section[], cli: Cli): Promise<RunView> {
  const { output, io } = cli;
  if (output.json || output.quiet || !io.stdout.isTerminal) {
    return createPlainView(output, () => new Date());
  }
  const { createTerminalView } = await import('./views/run-terminal.ts');
  return createTerminalView(output, sections);
}

/** Phases and steps; with a state, what of them has not ended yet. */
export function planSections(plan: Plan, state?: RunState): readonly Section[] {
  return plan.phases
    .map((phase) => ({
      id: phase.id,
      title: phase.title === phase.id ? `Phase ${phase.id}` : `Phase ${phase.id}: ${phase.title}`,
      items: phase.steps
        .filter((step) => state === undefined || !hasEnded(step.id, state))
        .map(({ id, title }) => ({ id, title, instances: instanceIds(id, state) })),
    }))
    .filter((section) => section.items.length > 0);
}

function instanceIds(step: string, state: RunState | undefined): readonly string[] | undefined {
  const open = state?.expansions
    .get(step)
    ?.map(({ key }) => `${step}[${key}]`)
    .filter((id) => state !== undefined && !isOver(state, id));
  return open;
}

function hasEnded(step: string, state: RunState): boolean {
  const expanded = state.expansions.get(step);
  if (expanded === undefined) return isOver(state, step);
  return expanded.every(({ key }) => isOver(state, `${step}[${key}]`));
}

function isOver(state: RunState, instance: string): boolean {
  const status = state.instances.get(instance)?.status;
  return status === 'succeeded' || status === 'skipped';
}

/** Carries a run out (or on, or back) with everything around it, and tells how it ended. */
export async function driveRun(
  options: {
    readonly opened: OpenSession;
    readonly store: StateStore;
    readonly plan: Plan;
    readonly args: ApprovalArgs;
    readonly relay: EventRelay;
    readonly sections: readonly Section[];
    /** What counts as reaching what was asked for. */
    readonly success: RunResult['outcome'];
    /** Of the runbook's locks: see withLocks. */
    readonly takeover: boolean;
    /** Of the locks: a server that does not answer is passed over. */
    readonly passOverGone?: boolean;
    /** The run is yet to be created. */
    readonly begins?: boolean;
    work(session: RunSession<DrPorts>): Promise<RunResult>;
  },
  cli: Cli,
): Promise<number> {
  const { opened, plan } = options;
  const { operator } = await import('../adapters/index.ts');
  const by = operator();
  const view = await openView(options.sections, cli);
  options.relay.connect(view);
  // The engine says itself what is awaited; the second signal aborts.
  cli.stops.gentle(() => undefined);
  const { system } = opened.session;
  const beganMs = system.monotonicMs();
  let result: RunResult;
  try {
    const session: RunSession<DrPorts> = {
      ...opened.session,
      ports: { readers: opened.connections.readers, clients: opened.connections.clients },
      interrupt: cli.stops.interrupt,
      by,
      approver: createApprover(
        {
          ...options.args,
          by,
          now: () => system.now(),
          aside: view.aside,
          details: (subject) => phaseDetails(plan, subject, cli),
        },
        cli,
      ),
    };
    result = await withLocks(
      opened,
      {
        by,
        takeover: options.takeover,
        passOverGone: options.passOverGone ?? false,
        begins: options.begins ?? false,
        place: () => placeOf(options.store, opened.session.runId),
        isUnderWay: () => isUnfinished(options.store, opened.session.runId),
        cleanedUp: async () => (await readState(options.store, opened.session.runId)).cleanedUp,
      },
      () => options.work(session),
    );
  } finally {
    await view.end();
  }
  const tookMs = system.monotonicMs() - beganMs;
  const { runbook, registry, runId } = opened.session;
  const header = result.outcome === 'stuck' ? await options.store.header(runId) : undefined;
  const stuck =
    header === undefined ? [] : stuckSteps({ header, runbook, registry, state: result.state });
  return tellEnd(result, { runId, success: options.success, tookMs, stuck }, cli);
}

/** What a person should see before they agree to a phase. */
export function phaseDetails(plan: Plan, subject: string, cli: Cli): readonly string[] {
  const phase = plan.phases.find(({ id }) => id === subject);
  const destroyed = destroyedObjects(plan, subject);
  if (phase === undefined || destroyed.length === 0) return [];
  const { noteStyle: style } = cli.output;
  const lines = [
    style.bold(`Phase ${subject} will destroy:`),
    ...groupObjects(destroyed, Infinity).map((one) => `  ${style.bad('-')} ${one}`),
    ...destroyingNotes(phase).map((note) => `  ${style.warn('!')} ${note}`),
    ...impactLines(plan.impact, style),
  ];
  return lines.flatMap((line) => wrapped(line, cli.io.stderr.columns));
}

function tellEnd(
  result: RunResult,
  of: {
    readonly runId: string;
    readonly success: RunResult['outcome'];
    readonly tookMs: number;
    readonly stuck: readonly StuckStep[];
  },
  cli: Cli,
): number {
  const { output } = cli;
  const { outcome, error } = result;
  const counts = countInstances(result);
  const reached = outcome === of.success;
  const exitCode = reached ? 0 : exitCodeOf(result);
  output.event('result', {
    runId: of.runId,
    outcome,
    exitCode,
    counts,
    error:
      error === undefined
        ? undefined
        : { code: error.code, message: error.message, hint: error.hint },
    ...(of.stuck.length === 0 ? {} : { stuck: of.stuck }),
  });
  if (!reached && error !== undefined && !output.json)
    showError(error, { output, verbose: output.verbose });
  const { style } = output;
  const words = outcome === 'rolled-back' ? 'was rolled back' : outcomeWords[outcome];
  const mark = reached ? style.good('✓') : style.bad('✗');
  const end = `${mark} Run ${of.runId} ${words} after ${formatDuration(of.tookMs)}: ${countsText(result, counts)}`;
  for (const line of wrapped(end, output.proseColumns)) output.result(line);
  const { runId } = of;
  for (const line of stuckLines(of.stuck, { runId, style, columns: output.proseColumns })) {
    output.result(line);
  }
  for (const line of nextCommands(result, runId, reached)) output.result(`  ${line}`);
  return exitCode;
}

function nextCommands(
  { outcome, state }: RunResult,
  runId: string,
  reached: boolean,
): readonly string[] {
  if (isRunOver(state)) return [];
  if (outcome === 'rolled-back') {
    return [`drctl resume ${runId}     forward again from ${state.rollback?.to}`];
  }
  if (outcome === 'cleaned-up') {
    return [
      `drctl resume ${runId} --takeover     go on, when surely nobody else has worked there since`,
      `drctl rollback ${runId} --takeover   back to how it was`,
    ];
  }
  if (reached) return [];
  return [
    `drctl status ${runId}     where it stands and what can be undone`,
    `drctl resume ${runId}     go on`,
  ];
}

const outcomeWords = {
  succeeded: 'succeeded',
  failed: 'failed',
  stuck: 'is stuck half way back',
  interrupted: 'was interrupted',
  waiting: 'waits for a person',
  'cleaned-up': 'holds nothing down any more',
} as const;

function exitCodeOf({ outcome, error }: RunResult): number {
  if (outcome === 'interrupted') return INTERRUPTED_EXIT_CODE;
  if (error !== undefined) return error.exitCode;
  return outcome === 'waiting' || outcome === 'stuck' ? WAITING_EXIT_CODE : 1;
}

/** What a rollback had nothing to do with, reads above all, is no news at its end. */
function countsText(
  { state, outcome }: RunResult,
  counts: Readonly<Record<string, number>>,
): string {
  const { undone = 0, 'not-undoable': _reads, ...others } = counts;
  const lost = [...state.instances.values()].filter(
    ({ status, undoEntries, changes }) =>
      status === 'not-undoable' &&
      (undoEntries.size > 0 || changes.some(({ kind }) => kind !== 'none')),
  ).length;
  const back = [
    undone > 0 ? `${counted(undone, 'step')} put back` : '',
    lost > 0 ? `${lost} could not be` : '',
  ];
  const rest = Object.entries(others).map(([status, count]) => `${count} ${status}`);
  const isBack = outcome === 'rolled-back' || outcome === 'stuck';
  const parts = (isBack ? [...back, ...rest] : [...rest, ...back]).filter((part) => part !== '');
  if (parts.length > 0) return parts.join(', ');
  return state.status === 'new' ? 'nothing was begun' : 'nothing was to be put back';
}

function countInstances({ state }: RunResult): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of state.instances.values()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
