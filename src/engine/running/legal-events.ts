// Which event may follow what: one table for the run, one for the instances, and the few rules that no table can say.
// A journal that drctl could not have written is refused before anything is done with it.

import type { JournalEvent } from '../contracts/journal-event.ts';
import type { JsonObject } from '../contracts/json.ts';
import { isMasked } from './mask-event.ts';
import { isOver } from './run-state.ts';
import type { InstanceState, InstanceStatus, RunState, RunStatus } from './run-state.ts';

type EventType = JournalEvent['type'];
type InstanceEvent = Extract<JournalEvent, { readonly step: string }>;

const begun: readonly RunStatus[] = [
  'running',
  'interrupted',
  'rolling-back',
  'cleaning-up',
  'finished',
];
const active: readonly RunStatus[] = ['running', 'rolling-back'];
const undoing: readonly RunStatus[] = [...active, 'cleaning-up'];
const forward: readonly RunStatus[] = ['running'];

const legalInRun: Readonly<Record<EventType, readonly RunStatus[]>> = {
  'run.started': ['new'],
  'run.resumed': begun,
  'run.interrupted': undoing,
  'run.finished': active,
  'rollback.started': begun,
  'rollback.withdrawn': ['rolling-back'],
  'cleanup.started': begun,
  'cleanup.finished': ['cleaning-up'],
  'phase.approved': forward,
  // Also of a run that nobody works on: see isRefusedByOutcome.
  'approval.given': ['running', 'interrupted', 'finished'],
  'target.given-up': forward,
  'step.expanded': forward,
  'step.skipped': forward,
  'step.refused': forward,
  'step.started': forward,
  'step.undo-recorded': forward,
  'step.progressed': forward,
  'step.succeeded': forward,
  'step.failed': forward,
  'step.probed': forward,
  'step.decided': begun,
  'step.undo-started': undoing,
  'step.undone': undoing,
  'step.undo-impossible': undoing,
  'step.undo-failed': undoing,
  'step.tidied': ['cleaning-up'],
};

/** From these an attempt may begin, be refused, or fail before it began. */
const beforeAttempt: readonly InstanceStatus[] = [
  'pending',
  'retrying',
  'failed',
  'refused',
  'undone',
  // What is held down is held down anew by each process: see isToBeHeldAgain.
  'succeeded',
];

const beforeUndo: readonly InstanceStatus[] = [
  'pending',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
  'refused',
  'unclear',
  'undoing',
  'undo-failed',
];

const legalFrom: Readonly<Record<InstanceEvent['type'], readonly InstanceStatus[]>> = {
  'step.expanded': ['pending', 'failed', 'refused', 'retrying'],
  // Not from pending: what its target would say of it, or what a read would find, is of no concern any more.
  'step.skipped': [...beforeAttempt, 'running', 'unclear'],
  // From running: the action itself asked a person, who did not say yes.
  'step.refused': [...beforeAttempt, 'running'],
  // From running or unclear: a read that was cut off by a crash is simply done again.
  'step.started': [...beforeAttempt, 'running', 'unclear'],
  'step.undo-recorded': ['running'],
  'step.progressed': ['running'],
  'step.succeeded': ['running'],
  'step.failed': [...beforeAttempt, 'running'],
  'step.probed': ['running', 'unclear'],
  // From succeeded: only to have outputs made again that nobody knows.
  'step.decided': [
    'pending',
    'running',
    'retrying',
    'failed',
    'refused',
    'unclear',
    'succeeded',
    'undo-failed',
  ],
  'step.undo-started': beforeUndo,
  'step.undone': ['undoing'],
  'step.undo-impossible': beforeUndo,
  'step.undo-failed': ['undoing'],
  'step.tidied': ['pending', 'running', 'retrying', 'failed', 'refused', 'unclear', 'undo-failed'],
};

/** Why the event cannot follow, or undefined when it can. */
export function illegalBecause(
  state: RunState,
  event: JournalEvent,
  instance: InstanceState | undefined,
): string | undefined {
  // A journal of a newer drctl, or one that was edited, may hold names that the types do not know.
  if (!Object.hasOwn(legalInRun, event.type)) {
    return `"${event.type as string}" is no event that this drctl knows`;
  }
  const runStatuses = legalInRun[event.type];
  if (!runStatuses.includes(state.status) || isRefusedByOutcome(state, event)) {
    return `the run is ${state.outcome ?? state.status}`;
  }
  if (event.type === 'rollback.withdrawn' && state.beforeRollback === undefined) {
    return 'the rollback has begun to undo';
  }
  if (instance === undefined || !('step' in event)) return undefined;
  if (!legalFrom[event.type].includes(instance.status)) {
    return `${instance.id} is ${instance.status}`;
  }
  return illegalForInstance(state, event, instance);
}

function isRefusedByOutcome({ status, outcome, rollback }: RunState, event: JournalEvent): boolean {
  if (event.type === 'run.finished') {
    return status === 'rolling-back'
      ? event.outcome !== 'rolled-back' && event.outcome !== 'stuck'
      : event.outcome === 'rolled-back';
  }
  if (event.type === 'run.resumed') return isRefusedResume({ outcome, rollback }, event);
  if (event.type === 'step.decided') return outcome === 'succeeded' || outcome === 'rolled-back';
  if (event.type === 'approval.given') return outcome !== undefined && outcome !== 'failed';
  if (event.type === 'cleanup.started') return isOver({ outcome, rollback });
  // A rollback that stopped at a step may be followed by one that goes further.
  if (event.type === 'rollback.started') {
    return outcome === 'rolled-back' && rollback?.to === undefined;
  }
  // A step with deferUndo comes back however a session ends, that of a rollback too.
  if ('scope' in event && event.scope === 'rollback') return status !== 'rolling-back';
  return false;
}

/** Forward again from the step at which a rollback stopped: it says what is done anew. Nothing else says that. */
function isRefusedResume(
  state: Pick<RunState, 'outcome' | 'rollback'>,
  { again }: Extract<JournalEvent, { readonly type: 'run.resumed' }>,
): boolean {
  const isPartly = state.outcome === 'rolled-back' && !isOver(state);
  return isOver(state) || isPartly !== (again !== undefined);
}

function illegalForInstance(
  state: RunState,
  event: InstanceEvent,
  instance: InstanceState,
): string | undefined {
  const attempt = illegalAttempt(state, event, instance);
  if (attempt !== undefined) return attempt;
  if (['step.undo-started', 'step.undo-impossible', 'step.tidied'].includes(event.type)) {
    return instance.begun ? undefined : `${instance.id} has not begun`;
  }
  if (event.type === 'step.decided') return illegalDecision(event, instance);
  if (event.type === 'step.expanded' && state.expansions.has(event.step)) {
    return `${event.step} was expanded already`;
  }
  return undefined;
}

function illegalAttempt(
  state: RunState,
  event: InstanceEvent,
  instance: InstanceState,
): string | undefined {
  const isRunning = instance.status === 'running';
  const isOfThisSession = instance.session === state.session;
  const isAttempt = ['step.started', 'step.refused', 'step.failed'].includes(event.type);
  if (isAttempt && instance.status === 'succeeded' && isOfThisSession) {
    return `${instance.id} is succeeded`;
  }
  switch (event.type) {
    case 'step.started':
      if (isRunning && isOfThisSession) return `${instance.id} is running`;
      return wrongAttempt(event.attempt, instance.attempt + 1);
    case 'step.succeeded':
      return wrongAttempt(event.attempt, instance.attempt);
    case 'step.failed':
      return wrongAttempt(event.attempt, isRunning ? instance.attempt : instance.attempt + 1);
    default:
      return undefined;
  }
}

/** What has succeeded is not open to a decision, but for having its outputs made again. */
function illegalDecision(
  { decision }: Extract<InstanceEvent, { readonly type: 'step.decided' }>,
  { id, status, outputs }: InstanceState,
): string | undefined {
  if (status !== 'succeeded') return undefined;
  const isLost = outputs !== null && hasUnknownOutputs(outputs);
  return decision === 'retry' && isLost ? undefined : `${id} is succeeded`;
}

/** Marked done by hand, or sensitive: what it gave is not in the journal. */
function hasUnknownOutputs(outputs: JsonObject): boolean {
  return Object.keys(outputs).length === 0 || isMasked(outputs);
}

function wrongAttempt(found: number, expected: number): string | undefined {
  return found === expected ? undefined : `attempt ${found} is recorded where ${expected} is due`;
}
