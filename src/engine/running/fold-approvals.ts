// What people agreed to, in a run's state: a phase that may begin, and single words on the way there.

import type { JournalEvent } from '../contracts/journal-event.ts';
import type { DraftState } from './draft-state.ts';
import { withApproval } from './phase-approvals.ts';

type ApprovalEvent = Extract<
  JournalEvent,
  { readonly type: 'phase.approved' | 'approval.given' | 'target.given-up' }
>;

export function addApproval(draft: DraftState, event: ApprovalEvent): void {
  switch (event.type) {
    case 'target.given-up':
      draft.confirmedNow.add(event.target);
      return;
    case 'phase.approved':
      draft.approvals.set(event.phase, { ...event.approval, people: event.people ?? [] });
      draft.approvedNow.add(event.phase);
      // They are used up: what is left of the phase after a failure is another question.
      draft.given.delete(event.phase);
      return;
    case 'approval.given': {
      const { phase, approval, digest, reason } = event;
      const given = draft.given.get(phase) ?? [];
      draft.given.set(phase, withApproval(given, { ...approval, digest, reason }));
      return;
    }
    default:
      event satisfies never;
  }
}
