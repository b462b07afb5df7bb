// What an instance is once its doubt is settled, by a probe or by a person: a part of the fold.

import type { JournalEvent } from '../contracts/journal-event.ts';
import type { InstanceState } from './run-state.ts';

export function probedInstance(
  ended: InstanceState,
  event: Extract<JournalEvent, { type: 'step.probed' }>,
): InstanceState {
  if (event.found === 'done') {
    return { ...ended, status: 'succeeded', outputs: event.outputs ?? null, completed: true };
  }
  if (event.found === 'not-done') return { ...ended, status: 'pending' };
  return { ...ended, status: 'unclear', because: event.because };
}

export function decidedInstance(
  ended: InstanceState,
  event: Extract<JournalEvent, { type: 'step.decided' }>,
  before: InstanceState,
): InstanceState {
  const decided = { ...ended, because: event.reason };
  const forward = { ...decided, completed: event.decision !== 'retry', failedIn: undefined };
  if (before.status === 'undo-failed') {
    return { ...decided, status: event.decision === 'retry' ? 'succeeded' : 'undone' };
  }
  if (event.decision === 'retry') return { ...forward, status: 'pending' };
  if (event.decision === 'skip') return { ...forward, status: 'skipped', leftOut: true };
  const because = `marked done by ${event.by.user}: ${event.reason}${doubtOf(event)}`;
  return { ...forward, because, status: 'succeeded', outputs: event.outputs ?? {} };
}

function doubtOf({ probed }: Extract<JournalEvent, { type: 'step.decided' }>): string {
  if (probed?.found === 'not-done') return '; its own check said that it is not done';
  return probed?.found === 'unclear' ? '; its own check could not tell' : '';
}
