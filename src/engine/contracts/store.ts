// Where runs live. Adapters implement these; one suite in test/contracts checks every implementation.

import type { JournalEvent, JournalRecord, Operator } from './journal-event.ts';
import type { Json } from './json.ts';
import type { Plan } from './plan.ts';
import type { SourceFile } from './runbook.ts';

/** Written once, when the run is created: all that resume, on any machine, has to know beside the journal. */
export interface RunHeader {
  readonly format: 1;
  /** "20261122-031502-aws-same-region-k3f9": sorts by time; [a-z0-9-]. */
  readonly runId: string;
  readonly createdAt: string;
  readonly drctl: string;
  readonly by: Operator;
  readonly runbook: { readonly name: string; readonly version: string; readonly digest: string };
  readonly sources: readonly SourceFile[];
  /** Values that are not sensitive. */
  readonly env: Readonly<Record<string, Json>>;
  /** Names whose values are sensitive and must be given again on resume. */
  readonly sensitiveEnv: readonly string[];
  /** Absolute paths of the env files, read again on resume for the sensitive values. */
  readonly envFiles: readonly string[];
  readonly unavailable: readonly string[];
  /** Target → uid of its cluster's namespace kube-system, where that could be seen. */
  readonly clusters?: Readonly<Record<string, string>>;
  readonly plan: Plan;
}

export interface LeaseHolder extends Operator {
  readonly since: string;
}

export interface RunStore {
  /** Creates the run and takes its lease. RUN_EXISTS, STORE_UNWRITABLE. */
  create(header: RunHeader): Promise<RunLease>;
  /** RUN_NOT_FOUND; RUN_LOCKED names the holder. `takeover` takes the lease from whoever holds it. */
  open(
    runId: string,
    options: { readonly by: Operator; readonly takeover?: boolean },
  ): Promise<RunLease>;
  /** RUN_NOT_FOUND. */
  header(runId: string): Promise<RunHeader>;
  /**
   * Needs no lease and works while a run goes on. A torn last line is dropped (`torn` is called with a notice);
   * damage anywhere else throws JOURNAL_CORRUPT with the line's number.
   */
  read(runId: string, options?: { torn?(notice: string): void }): AsyncIterable<JournalRecord>;
  /** Newest first. */
  list(): Promise<readonly RunHeader[]>;
  /** Who holds the lease now, if anybody alive does. */
  holder(runId: string): Promise<LeaseHolder | undefined>;
  /** The run as it is kept, whole or damaged, for whoever checks it. Reads only, needs no lease. RUN_NOT_FOUND. */
  evidence(runId: string): Promise<RunEvidence>;
}

/** What a store keeps of one run, as it lies there. */
export interface RunEvidence {
  /** Undefined when it is missing. */
  readonly journal: KeptFile | undefined;
  /** Every lease that is kept, oldest first. */
  readonly leases: readonly KeptFile[];
  readonly artifacts: ArtifactReader;
  /** What only this kind of store can tell: who else may read the run, a lease that is missing. */
  readonly findings: readonly StoreFinding[];
}

export interface KeptFile {
  /** How messages call it: a path, a key. */
  readonly name: string;
  read(): AsyncIterable<Uint8Array>;
}

export interface StoreFinding {
  /** An error is damage; a warning is for people to know. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

export interface RunLease {
  readonly runId: string;
  /**
   * Resolves once durable; concurrent appends share an fsync. Rejects with LEASE_LOST when another took over, with
   * STORE_UNWRITABLE when the disk refuses; after one rejection all later appends reject: the run must stop.
   */
  append(event: JournalEvent): Promise<JournalRecord>;
  /** Aborted, with LEASE_LOST as its reason, when it is seen between appends that another took over. Sooner is better. */
  readonly lost?: AbortSignal;
  readonly artifacts: ArtifactStore;
  release(): Promise<void>;
}

/** Files of a run: snapshots, exported objects. Names are relative paths of [A-Za-z0-9._/-] without "..". */
/** All of a file when empty. */
export interface ByteRange {
  /** The first byte to give. */
  readonly start?: number;
  /** The first byte not to give any more. */
  readonly end?: number;
}

export interface ArtifactReader {
  /** undefined when absent. `sha256`: hex, as recorded when it was written, where that is known. Nothing is read. */
  stat(name: string): Promise<{ readonly sizeBytes: number; readonly sha256?: string } | undefined>;
  /** CLIENT_NOT_FOUND when absent. A chunk is valid until the next one is asked for: who keeps it copies it. */
  read(name: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Names below the prefix, sorted. */
  list(prefix: string): Promise<readonly string[]>;
}

export interface ArtifactStore extends ArtifactReader {
  /** Appears under its name only when complete and durable (temporary name, fsync, rename). Replaces an older one. */
  write(
    name: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly sizeBytes: number; readonly sha256: string }>;
  /** Nothing happens when absent. */
  remove(name: string): Promise<void>;
}
