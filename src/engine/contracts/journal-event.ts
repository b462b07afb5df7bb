// What can be said in a journal: facts, in the past tense. A run is the fold of these. The format is a public
// contract: old journals must always load, so members are added, never changed.
//
// `step` is always an instance id: the step's id, or "id[key]" for one item of a forEach.

import type { Approval } from './action.ts';
import type { Change } from './change.ts';
import type { ErrorRecord } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

export interface Operator {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

export interface Instance {
  readonly key: string;
  readonly item: Json;
}

export type RunOutcome = 'succeeded' | 'failed' | 'rolled-back' | 'stuck';

/** Why an undo runs: the whole run is rolled back, or a phase ended and its `deferUndo` steps come back. */
export type UndoScope = 'rollback' | 'deferred';

export type JournalEvent =
  | {
      readonly type: 'run.started';
      readonly runId: string;
      readonly runbook: {
        readonly name: string;
        readonly version: string;
        readonly digest: string;
      };
      /** Digest of all env values that are not sensitive. */
      readonly envDigest: string;
      readonly drctl: string;
      readonly by: Operator;
    }
  | { readonly type: 'run.resumed'; readonly by: Operator; readonly drctl: string }
  | { readonly type: 'run.interrupted'; readonly because: string }
  | { readonly type: 'run.finished'; readonly outcome: RunOutcome }
  | { readonly type: 'phase.approved'; readonly phase: string; readonly approval: Approval }
  /** The instances of a forEach step, fixed once and for all. */
  | {
      readonly type: 'step.expanded';
      readonly step: string;
      readonly instances: readonly Instance[];
    }
  | { readonly type: 'step.skipped'; readonly step: string; readonly because: string }
  /** A guard did not hold, or the risk was higher than approved: the attempt was not begun. */
  | { readonly type: 'step.refused'; readonly step: string; readonly error: ErrorRecord }
  | {
      readonly type: 'step.started';
      readonly step: string;
      readonly attempt: number;
      readonly action: string;
      readonly actionVersion: number;
      /** The rendered parameters, masked; undo and probe use them on another day. */
      readonly params: JsonObject;
      readonly changes: readonly Change[];
    }
  | {
      readonly type: 'step.undo-recorded';
      readonly step: string;
      readonly entries: Readonly<Record<string, Json>>;
    }
  | { readonly type: 'step.progressed'; readonly step: string; readonly cursor: Json }
  | {
      readonly type: 'step.succeeded';
      readonly step: string;
      readonly attempt: number;
      /** Null for a perishable action: its outputs are made anew when needed. */
      readonly outputs: JsonObject | null;
    }
  | {
      readonly type: 'step.failed';
      readonly step: string;
      readonly attempt: number;
      readonly error: ErrorRecord;
      readonly willRetry: boolean;
    }
  | {
      readonly type: 'step.probed';
      readonly step: string;
      readonly found: 'done' | 'not-done' | 'unclear';
      readonly outputs?: JsonObject;
      readonly because?: string;
    }
  /** A person's decision about a step that failed, was refused or is unclear. */
  | {
      readonly type: 'step.decided';
      readonly step: string;
      readonly decision: 'retry' | 'skip' | 'mark-done';
      readonly reason: string;
      readonly by: Operator;
      readonly outputs?: JsonObject;
    }
  | {
      readonly type: 'rollback.started';
      readonly because: string;
      readonly by: Operator;
      /** Undo only what was done after this step. */
      readonly to?: string;
    }
  /** Nobody agreed to it before anything was undone: the run is as it was before it was asked for. */
  | { readonly type: 'rollback.withdrawn'; readonly error: ErrorRecord }
  | { readonly type: 'step.undo-started'; readonly step: string; readonly scope: UndoScope }
  | { readonly type: 'step.undone'; readonly step: string; readonly scope: UndoScope }
  | { readonly type: 'step.undo-impossible'; readonly step: string; readonly because: string }
  | {
      readonly type: 'step.undo-failed';
      readonly step: string;
      readonly scope: UndoScope;
      readonly error: ErrorRecord;
    };

/** One line of a journal. */
export interface JournalRecord {
  readonly format: 1;
  /** Counts from 1, without gaps. */
  readonly seq: number;
  /** RFC 3339, UTC. For people; never decided on. */
  readonly at: string;
  /** "sha256:…" of the line before, as written; of the empty string for the first. */
  readonly previous: string;
  readonly event: JournalEvent;
}
