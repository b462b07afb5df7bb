// What a cleanup makes of a run's state: nothing but that the temporary things are back. It can be gone on with, or be
// rolled back, from where it stood.

import type { JournalEvent } from '../contracts/journal-event.ts';
import { beginSession } from './draft-state.ts';
import type { DraftState } from './draft-state.ts';

type CleanupEvent = Extract<JournalEvent, { readonly type: `cleanup.${string}` }>;

export function addCleanup(draft: DraftState, event: CleanupEvent, at: string): void {
  if (event.type === 'cleanup.started') {
    const { status, outcome, endedAt } = draft;
    draft.beforeCleanup ??= { status, outcome, endedAt };
    draft.given.clear();
    draft.cleanedUp = { by: `${event.by.user}@${event.by.host}`, at };
    return beginSession(draft, 'cleaning-up');
  }
  const before = draft.beforeCleanup;
  draft.beforeCleanup = undefined;
  if (event.outcome === 'stuck') {
    return void Object.assign(draft, { status: 'finished', outcome: 'stuck', endedAt: at });
  }
  if (before?.status !== 'finished') {
    draft.status = 'interrupted';
    return;
  }
  // What a run was stuck at without a rollback, a step that did not come back, has come back now.
  const isFreed = before.outcome === 'stuck' && draft.rollback === undefined;
  Object.assign(draft, before, isFreed ? { outcome: 'failed' } : {});
}
