// Which event may follow what: one table for the run, one for the instances, and the few rules that no table can say.
// A journal that drctl could not have written is refused before anything is done with it.

import type { JournalEvent } from '../contracts/journal-event.ts';
import type { InstanceState, InstanceStatus, RunState, RunStatus } from './run-state.ts';

type EventType = JournalEvent['type'];
type InstanceEvent = Extract<JournalEvent, { readonly step: string }>;

const begun: readonly RunStatus[] = ['running', 'interrupted', 'rolling-back', 'finished'];
const active: readonly RunStatus[] = ['running', 'rolling-back'];
const forward: readonly RunStatus[] = ['running'];

const legalInRun: Readonly<Record<EventType, readonly RunStatus[]>> = {
  'run.started': ['new'],
  'run.resumed': begun,
  'run.interrupted': active,
  'run.finished': active,
  'rollback.started': begun,
  'rollback.withdrawn': ['rolling-back'],
  'phase.approved': forward,
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
  'step.undo-started': active,
  'step.undone': active,
  'step.undo-impossible': active,
  'step.undo-failed': active,
};

/** From these an attempt may begin, be refused, or fail before it began. */
const beforeAttempt: readonly InstanceStatus[] = [
  'pending',
  'retrying',
  'failed',
  'refused',
  'undone',
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
  'step.skipped': ['pending'],
  // From running: the action itself asked a person, who did not say yes.
  'step.refused': [...beforeAttempt, 'running'],
  // From running or unclear: a read that was cut off by a crash is simply done again.
  'step.started': [...beforeAttempt, 'running', 'unclear'],
  'step.undo-recorded': ['running'],
  'step.progressed': ['running'],
  'step.succeeded': ['running'],
  'step.failed': [...beforeAttempt, 'running'],
  'step.probed': ['running', 'unclear'],
  'step.decided': ['pending', 'running', 'retrying', 'failed', 'refused', 'unclear', 'undo-failed'],
  'step.undo-started': beforeUndo,
  'step.undone': ['undoing'],
  'step.undo-impossible': beforeUndo,
  'step.undo-failed': ['undoing'],
};

/** Why the event cannot follow, or undefined when it can. */
export function illegalBecause(
  state: RunState,
  event: JournalEvent,
  instance: InstanceState | undefined,
): string | undefined {
  // A journal of a newer drctl, or one that was edited, may hold names that the types do not know.
  const runStatuses: readonly RunStatus[] | undefined = legalInRun[event.type];
  if (runStatuses === undefined) return `"${event.type}" is no event that this drctl knows`;
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
  if (event.type === 'run.resumed' || event.type === 'step.decided') {
    return outcome === 'succeeded' || outcome === 'rolled-back';
  }
  // A rollback that stopped at a step may be followed by one that goes further.
  if (event.type === 'rollback.started') {
    return outcome === 'rolled-back' && rollback?.to === undefined;
  }
  if ('scope' in event) return (event.scope === 'rollback') !== (status === 'rolling-back');
  return false;
}

function illegalForInstance(
  state: RunState,
  event: InstanceEvent,
  instance: InstanceState,
): string | undefined {
  const isRunning = instance.status === 'running';
  if (event.type === 'step.started') {
    if (isRunning && instance.session === state.session) return `${instance.id} is running`;
    return wrongAttempt(event.attempt, instance.attempt + 1);
  }
  if (event.type === 'step.succeeded') return wrongAttempt(event.attempt, instance.attempt);
  if (event.type === 'step.failed') {
    return wrongAttempt(event.attempt, isRunning ? instance.attempt : instance.attempt + 1);
  }
  if (event.type === 'step.undo-started' || event.type === 'step.undo-impossible') {
    return instance.begun ? undefined : `${instance.id} has not begun`;
  }
  if (event.type === 'step.expanded' && state.expansions.has(event.step)) {
    return `${event.step} was expanded already`;
  }
  return undefined;
}

function wrongAttempt(found: number, expected: number): string | undefined {
  return found === expected ? undefined : `attempt ${found} is recorded where ${expected} is due`;
}
