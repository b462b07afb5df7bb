// The report of a run as a document: everything that its views show, as plain data without a character that a terminal, a
// browser or a reader's eye would act on. What it has is masked already, since the journal is. Times are RFC 3339, UTC.

import type { StepGraph } from '../authoring/index.ts';
import type { Approval, ErrorRecord, Json, Risk } from '../engine/index.ts';
import type { TimeReport } from './time-report.ts';

/** `back`: it was undone. `open`: somebody has to go on with it, or is doing so. */
export type Mood = 'good' | 'bad' | 'back' | 'open';

export interface Ending {
  readonly mood: Mood;
  /** "Rolled back" */
  readonly word: string;
  /** What it was and how it ended, in sentences. */
  readonly text: string;
}

/** Something that went wrong on the way. */
export interface Trouble {
  readonly at: string;
  readonly kind: 'failed' | 'refused' | 'unclear' | 'cut-off' | 'interrupted' | 'undo-failed';
  /** Instance of a step. */
  readonly step?: string;
  /** "“Upload the snapshot” failed" */
  readonly what: string;
  readonly error?: ErrorRecord;
  /** What became of it: "done at attempt 2", "rolled back". */
  readonly outcome: string;
  /** Nothing made up for it. */
  readonly isOpen: boolean;
}

/** What the run leaves behind: out of use, held down, not undone, in doubt, decided by a person. */
export interface Leftover {
  readonly kind: 'out-of-use' | 'held' | 'stays' | 'not-undone' | 'in-doubt' | 'by-decision';
  readonly what: string;
  readonly because?: string;
}

/** Something that a person did. `who`: "ana@bastion". */
export interface Deed {
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly why?: string;
}

export interface SessionReport {
  readonly kind: 'apply' | 'resume' | 'rollback' | 'cleanup';
  readonly by: string;
  readonly pid: number;
  readonly beganAt: string;
  /** Of its last record. */
  readonly endedAt: string;
  /** `silent`: between two steps, without a last word: it waited for a person, or was cut off. */
  readonly end: 'finished' | 'interrupted' | 'cut-off' | 'silent' | 'running';
}

export interface StoryLine {
  readonly at: string;
  readonly tone: 'plain' | 'person' | 'good' | 'bad' | 'gap' | 'undo' | 'outage';
  readonly text: string;
  /** Of an error: what to do about it. */
  readonly hint?: string;
}

/** Of a step: the worst of its instances. `done`: also of a read that a rollback looked at. */
export type Standing =
  | 'done'
  | 'put-back'
  | 'stays'
  | 'failed'
  | 'refused'
  | 'unclear'
  | 'cut-off'
  | 'running'
  | 'not-put-back'
  | 'skipped'
  | 'left-out'
  | 'not-begun';

/** An attempt or an undo in time. */
export interface Bar {
  readonly kind: 'attempt' | 'undo';
  readonly beganAt: string;
  readonly endedAt: string;
  readonly end: 'succeeded' | 'failed' | 'stopped' | 'undone' | 'undo-failed' | 'cut-off';
}

export interface InstanceReport {
  readonly id: string;
  readonly standing: Standing;
  readonly attempts: number;
  readonly because?: string;
  readonly error?: ErrorRecord;
  readonly bars: readonly Bar[];
}

export interface StepReport {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly standing: Standing;
  readonly instances: readonly InstanceReport[];
}

export interface PhaseReport {
  readonly id: string;
  readonly title: string;
  readonly pointOfNoReturn: boolean;
  readonly steps: readonly StepReport[];
}

export interface ChangeReport {
  readonly at: string;
  /** Instance of a step. */
  readonly step: string;
  readonly kind: 'create' | 'update' | 'delete' | 'run';
  readonly target: string;
  readonly object: string;
  readonly risk: Risk;
  /** Of `run`: what was done. */
  readonly summary?: string;
  readonly fields: readonly {
    readonly path: string;
    readonly before?: Json;
    readonly after?: Json;
  }[];
  readonly standing: 'made' | 'put-back' | 'stays' | 'maybe' | 'not-put-back';
}

/** `of`: "the plan", "phase restore", "source is gone". */
export interface ApprovalReport extends Approval {
  readonly of: string;
  readonly reason?: string;
}

export interface Versions {
  /** Of drctl, each that worked on the run. */
  readonly drctl: readonly string[];
  readonly runbookDigest: string;
  readonly envDigest: string;
  readonly planDigest?: string;
  readonly sources: readonly string[];
  /** Action → version, of the steps that began. */
  readonly actions: Readonly<Record<string, number>>;
  /** Target → uid of its cluster. */
  readonly clusters: Readonly<Record<string, string>>;
  /** Of files and objects, as the steps recorded them. */
  readonly files: readonly {
    readonly step: string;
    readonly name: string;
    readonly sha256: string;
  }[];
  readonly journal: { readonly lines: number; readonly head: string };
}

export interface RunReport extends TimeReport {
  readonly kind: 'drctl-report';
  readonly format: 1;
  readonly madeAt: string;
  readonly ending: Ending;
  readonly troubles: readonly Trouble[];
  readonly leftovers: readonly Leftover[];
  readonly deeds: readonly Deed[];
  readonly sessions: readonly SessionReport[];
  readonly story: readonly StoryLine[];
  readonly phases: readonly PhaseReport[];
  readonly changes: readonly ChangeReport[];
  readonly approvals: readonly ApprovalReport[];
  readonly versions: Versions;
  /** Names of values; those of the others. */
  readonly values: Readonly<Record<string, Json>>;
  readonly hidden: { readonly names: readonly string[]; readonly places: number };
  readonly graph: StepGraph;
}
