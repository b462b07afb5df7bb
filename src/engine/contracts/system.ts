// What the engine needs of the machine. Injected, so that tests own time, chance and people.

import type { Approval, ApprovalRequest, ProgressReport } from './action.ts';
import type { JournalRecord } from './journal-event.ts';

export interface System {
  /** For people and for what is compared with other machines' times. It may step back and forth. */
  now(): Date;
  /** Milliseconds from a beginning of its own, which never step: for durations. */
  monotonicMs(): number;
  /** [0, 1) */
  random(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What views receive while a run goes on. Values are masked before they get here. */
export type RunEvent =
  | { readonly type: 'journal'; readonly record: JournalRecord }
  | { readonly type: 'progress'; readonly step: string; readonly progress: ProgressReport }
  | { readonly type: 'notice'; readonly message: string; readonly severity: 'info' | 'warning' };

export type RunEventSink = (event: RunEvent) => void;

/** Asks a person. Throws DECLINED when they say no, APPROVAL_NEEDED when nobody can be asked. */
export interface Approver {
  approve(request: ApprovalRequest & { readonly subject: string }): Promise<Approval>;
}
