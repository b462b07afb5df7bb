// What an undo makes of an instance: a part of the fold.

import { assertNever } from '../contracts/invariant.ts';
import type { JournalEvent } from '../contracts/journal-event.ts';
import type { InstanceState } from './run-state.ts';

/** Of one instance; a step's expansion is of the whole step. */
export type InstanceEvent = Exclude<
  Extract<JournalEvent, { readonly step: string }>,
  { readonly type: 'step.expanded' }
>;

type UndoEvent = Extract<InstanceEvent, { readonly type: `step.und${string}` }>;

/** `base`: as before, in this session. `ended`: and ended now. */
export function undoneInstance(
  base: InstanceState,
  ended: InstanceState,
  event: Exclude<UndoEvent, { readonly type: 'step.undo-recorded' }>,
): InstanceState {
  switch (event.type) {
    case 'step.undo-started':
      return { ...base, status: 'undoing', undoScope: event.scope };
    case 'step.undone':
      return { ...ended, status: 'undone', undoScope: event.scope };
    case 'step.undo-impossible':
      return { ...ended, status: 'not-undoable', because: event.because };
    case 'step.undo-failed':
      return { ...ended, status: 'undo-failed', undoScope: event.scope, error: event.error };
    default:
      return assertNever(event);
  }
}
