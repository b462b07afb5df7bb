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

/** A value that says how a target is reached, given anew for the machine on which a run goes on. Never a sensitive one. */
export interface MovedValue {
  readonly name: string;
  /** Null: it was not given when the run was begun. */
  readonly from: Json;
  readonly to: Json;
}

/** How long an attempt did nothing but wait for the world. */
export interface Waited {
  /** Milliseconds, of a clock that never steps. */
  readonly ms: number;
  /** What it waited for the longest: "the pods of Deployment clusters-prod/kube-apiserver". */
  readonly for: string;
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
      /** Of the plan. Absent in older journals. */
      readonly approval?: Approval;
      /** Step id → why it is not carried out: see Selection. Absent: the whole runbook. */
      readonly leftOut?: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'run.resumed';
      readonly by: Operator;
      readonly drctl: string;
      readonly moved?: readonly MovedValue[];
      /** Targets that are given up from here on, beside those of the header. Absent in older journals: none. */
      readonly unavailable?: readonly string[];
      /**
       * Only after a rollback that stopped at a step: what is done anew. A step's id is the whole step, whose instances
       * are found again; an instance's id is that one.
       */
      readonly again?: readonly string[];
    }
  | { readonly type: 'run.interrupted'; readonly because: string }
  | { readonly type: 'run.finished'; readonly outcome: RunOutcome }
  /** The run is given up for now: what must not stay as it is without it is put back, and nothing else is done. */
  | {
      readonly type: 'cleanup.started';
      readonly by: Operator;
      readonly moved?: readonly MovedValue[];
    }
  /** `stuck`: something could not be put back. */
  | { readonly type: 'cleanup.finished'; readonly outcome: 'clean' | 'stuck' }
  | {
      readonly type: 'phase.approved';
      readonly phase: string;
      readonly approval: Approval;
      /** Of what the phase will do. Absent in older journals. */
      readonly digest?: string;
      /** The other people whose words counted ("ana@bastion"), where the phase asks for several. */
      readonly people?: readonly string[];
    }
  /** One person's word of those that a phase asks for. */
  | {
      readonly type: 'approval.given';
      readonly phase: string;
      readonly approval: Approval;
      /** Of what the phase will do: the word counts for nothing else. */
      readonly digest: string;
      readonly reason?: string;
    }
  /** A person confirmed that a target that was given up is gone: guards that can do without its answer are left out. */
  | { readonly type: 'target.given-up'; readonly target: string; readonly approval: Approval }
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
      /** Absent: it did not wait, or the journal is older. */
      readonly waited?: Waited;
    }
  | {
      readonly type: 'step.failed';
      readonly step: string;
      readonly attempt: number;
      readonly error: ErrorRecord;
      readonly willRetry: boolean;
      /** As of step.succeeded. */
      readonly waited?: Waited;
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
      readonly moved?: readonly MovedValue[];
      /** What the step's own check said to "I did it by hand". */
      readonly probed?: {
        readonly found: 'done' | 'not-done' | 'unclear';
        readonly because?: string;
      };
    }
  | {
      readonly type: 'rollback.started';
      readonly because: string;
      readonly by: Operator;
      /** Undo only what was done after this step. */
      readonly to?: string;
      readonly moved?: readonly MovedValue[];
      /** As of run.resumed. */
      readonly unavailable?: readonly string[];
      /** Targets that were given up in the course of the run and are there again. */
      readonly available?: readonly string[];
    }
  /** Nobody agreed to it before anything was undone: the run is as it was before it was asked for. */
  | { readonly type: 'rollback.withdrawn'; readonly error: ErrorRecord }
  | { readonly type: 'step.undo-started'; readonly step: string; readonly scope: UndoScope }
  | { readonly type: 'step.undone'; readonly step: string; readonly scope: UndoScope }
  /** What an attempt that was cut off had left behind is gone; with an error it is still there. */
  | { readonly type: 'step.tidied'; readonly step: string; readonly error?: ErrorRecord }
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
