// What is known about a run: the fold of its journal and nothing else. Plain data; how events change it is in fold.ts.

import type { Approval } from '../contracts/action.ts';
import type { Change } from '../contracts/change.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { Instance, JournalEvent, RunOutcome, UndoScope } from '../contracts/journal-event.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

/**
 * `running` that was begun in an earlier session is *in doubt*. `retrying`: an attempt failed and another one follows.
 * `not-undoable`: looked at by a rollback and left as it is.
 */
export type InstanceStatus =
  | 'pending'
  | 'running'
  | 'retrying'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'refused'
  | 'unclear'
  | 'undoing'
  | 'undone'
  | 'undo-failed'
  | 'not-undoable';

/** One instance of a step: the step itself, or one item of its forEach. Absent from the state = pending. */
export interface InstanceState {
  /** "step" or "step[key]" */
  readonly id: string;
  readonly step: string;
  readonly status: InstanceStatus;
  /** The session (see RunState) in which the status was last changed. */
  readonly session: number;
  /** All attempts so far, over all sessions. */
  readonly attempt: number;
  /** Attempts in the session of the last one: what the retry policy counts. */
  readonly sessionAttempts: number;
  /** An attempt was journaled as started: the world may have been changed. */
  readonly begun: boolean;
  /** It succeeded, or a person said so or that it is not needed; stays true when it is undone. */
  readonly completed: boolean;
  /** A person said that it is left out; until it is begun again. */
  readonly leftOut: boolean;
  /** A cleanup has seen to what a cut-off attempt left behind, in this session. */
  readonly tidied: { readonly session: number; readonly failed: boolean } | undefined;
  /** The session in which it failed for good; stays when it is undone, until it is begun again. */
  readonly failedIn: number | undefined;
  readonly action: string | undefined;
  readonly actionVersion: number | undefined;
  /** Masked, of the last attempt that was started. */
  readonly params: JsonObject | undefined;
  readonly changes: readonly Change[];
  /** The first record of each key, oldest first. */
  readonly undoEntries: ReadonlyMap<string, Json>;
  readonly cursor: Json | undefined;
  /** Masked. Null for a perishable action and for a step that was skipped. */
  readonly outputs: JsonObject | null;
  /** Why it failed, was refused, or could not be undone. */
  readonly error: ErrorRecord | undefined;
  /** Why it was skipped, is unclear, or cannot be undone. */
  readonly because: string | undefined;
  /** Of the undo that is under way, done or failed. */
  readonly undoScope: UndoScope | undefined;
  /** Times of the last start and of the last end, RFC 3339; for people only. */
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
}

export type RunStatus =
  'new' | 'running' | 'interrupted' | 'rolling-back' | 'cleaning-up' | 'finished';

/** `people`: the others, where the phase asks for several. */
export interface PhaseApproval extends Approval {
  readonly people: readonly string[];
}

export interface GivenApproval extends Approval {
  readonly digest: string;
  readonly reason: string | undefined;
}

export interface RunState {
  readonly runId: string | undefined;
  /** Digests of the runbook and of the env values, and what is left out, as the journal's first event has them. */
  readonly begunWith:
    | {
        readonly runbookDigest: string;
        readonly envDigest: string;
        /** Step ids. */
        readonly leftOut: readonly string[];
      }
    | undefined;
  /** Of the last record. */
  readonly seq: number;
  readonly status: RunStatus;
  /** Set while finished. */
  readonly outcome: RunOutcome | undefined;
  /** Counts the processes that worked on the run: what starts or resumes it, rolls it back or cleans up begins one. */
  readonly session: number;
  readonly approvals: ReadonlyMap<string, PhaseApproval>;
  /** Phase → the words of people that no beginning of the phase has used up; the newest of each person. */
  readonly given: ReadonlyMap<string, readonly GivenApproval[]>;
  /** Phases that were approved since this session began: what somebody said days ago does not approve what is destroyed now. */
  readonly approvedNow: ReadonlySet<string>;
  /** Targets that were given up in the course of the run; those of its beginning are in its header. */
  readonly unavailable: ReadonlySet<string>;
  /** Targets of which a person said since this session began that they are gone: days later they may be back. */
  readonly confirmedNow: ReadonlySet<string>;
  /** Step id → its instances, fixed once and for all. */
  readonly expansions: ReadonlyMap<string, readonly Instance[]>;
  readonly instances: ReadonlyMap<string, InstanceState>;
  /** Instance ids in the order in which they first began to change the world; rollback goes through it backwards. */
  readonly startOrder: readonly string[];
  readonly rollback: { readonly because: string; readonly to: string | undefined } | undefined;
  /** What a rollback that is withdrawn goes back to. Undefined when none is under way or it has begun to undo. */
  readonly beforeRollback:
    | Pick<RunState, 'status' | 'outcome' | 'instances' | 'rollback' | 'endedAt' | 'unavailable'>
    | undefined;
  /** How the run stood when a cleanup that has not ended began. */
  readonly beforeCleanup: Pick<RunState, 'status' | 'outcome' | 'endedAt'> | undefined;
  /** It was cleaned up since it last ran, and may have given its locks back: somebody else may have worked there. */
  readonly cleanedUp: { readonly by: string; readonly at: string } | undefined;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
}

/** What its first event says of a run for good. */
export function beginningOf({
  runId,
  runbook,
  envDigest,
  leftOut = {},
}: Extract<JournalEvent, { readonly type: 'run.started' }>): Pick<RunState, 'runId' | 'begunWith'> {
  return {
    runId,
    begunWith: { runbookDigest: runbook.digest, envDigest, leftOut: Object.keys(leftOut) },
  };
}

/** It came to an end that nobody goes on from: it succeeded, or was rolled back as a whole. */
export function isOver({ outcome, rollback }: Pick<RunState, 'outcome' | 'rollback'>): boolean {
  if (outcome === 'rolled-back') return rollback?.to === undefined;
  return outcome === 'succeeded';
}

/** The step of an instance id: "apply[np-1]" → "apply". */
export function stepOfInstance(instance: string): string {
  const bracket = instance.indexOf('[');
  return bracket === -1 ? instance : instance.slice(0, bracket);
}

/** An instance of which nothing has been journaled. */
export function pendingInstance(id: string): InstanceState {
  return {
    id,
    step: stepOfInstance(id),
    status: 'pending',
    session: 0,
    attempt: 0,
    sessionAttempts: 0,
    begun: false,
    completed: false,
    leftOut: false,
    tidied: undefined,
    failedIn: undefined,
    action: undefined,
    actionVersion: undefined,
    params: undefined,
    changes: [],
    undoEntries: new Map(),
    cursor: undefined,
    outputs: null,
    error: undefined,
    because: undefined,
    undoScope: undefined,
    startedAt: undefined,
    endedAt: undefined,
  };
}

/** The instance's state; pending when nothing has been journaled of it. */
export function instanceOf(state: RunState, id: string): InstanceState {
  return state.instances.get(id) ?? pendingInstance(id);
}

/** Started in an earlier session, and its end was never recorded. */
export function isInDoubt(state: RunState, instance: InstanceState): boolean {
  return instance.status === 'running' && instance.session < state.session;
}
