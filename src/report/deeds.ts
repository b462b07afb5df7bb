// Who did what in a run, and who said yes to what. Pure.

import type { JournalRecord } from '../engine/index.ts';
import type { ApprovalReport, Deed } from './model.ts';
import { decided } from './story-of-record.ts';
import { howText } from './told-run.ts';
import type { ToldRun } from './told-run.ts';

/** In the order of the journal. */
export function deedsOf(run: ToldRun): readonly Deed[] {
  return run.records.flatMap((record) => {
    const deed = deedOf(run, record);
    return deed === undefined ? [] : [{ at: record.at, ...deed }];
  });
}

function deedOf(run: ToldRun, { event }: JournalRecord): Omit<Deed, 'at'> | undefined {
  switch (event.type) {
    case 'run.started':
      return { who: whoIs(event.by), what: 'began the run' };
    case 'run.resumed':
      return { who: whoIs(event.by), what: 'resumed the run' };
    case 'rollback.started': {
      const to = event.to === undefined ? '' : ` down to step “${event.to}”`;
      return { who: whoIs(event.by), what: `rolled the run back${to}`, why: event.because };
    }
    case 'cleanup.started':
      return { who: whoIs(event.by), what: 'cleaned up' };
    case 'step.decided': {
      const who = whoIs(event.by);
      return { who, what: decided(run, event).slice(who.length + 1), why: event.reason };
    }
    case 'phase.approved':
      return {
        who: [...(event.people ?? []), event.approval.by].join(', '),
        what: `approved phase “${event.phase}” ${howText(event.approval)}`,
      };
    case 'approval.given':
      return {
        who: event.approval.by,
        what: `said yes to phase “${event.phase}”`,
        ...(event.reason === undefined ? {} : { why: event.reason }),
      };
    case 'target.given-up':
      return { who: event.approval.by, what: `confirmed that “${event.target}” is gone` };
    default:
      return undefined;
  }
}

const whoIs = ({ user, host }: { readonly user: string; readonly host: string }): string =>
  `${user}@${host}`;

/** In the order of the journal. */
export function approvalsOf(run: Pick<ToldRun, 'records'>): readonly ApprovalReport[] {
  return run.records.flatMap(({ event }): readonly ApprovalReport[] => {
    switch (event.type) {
      case 'run.started':
        return event.approval === undefined ? [] : [{ of: 'the plan', ...event.approval }];
      case 'phase.approved': {
        const digest = event.digest === undefined ? {} : { digest: event.digest };
        return [{ of: `phase ${event.phase}`, ...event.approval, ...digest }];
      }
      case 'approval.given': {
        const reason = event.reason === undefined ? {} : { reason: event.reason };
        return [{ of: `phase ${event.phase}`, ...event.approval, digest: event.digest, ...reason }];
      }
      case 'target.given-up':
        return [{ of: `${event.target} is gone`, ...event.approval }];
      default:
        return [];
    }
  });
}
