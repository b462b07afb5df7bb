// A run store in memory that keeps the journal's real bytes and the real lease rules. It can die at any append, before
// or after the record is durable, and then stands for the disk that the next process finds.

import {
  DrctlError,
  createJournalDecoder,
  nextRecord,
  tornNotice,
} from '../../src/engine/index.ts';
import type {
  JournalEvent,
  JournalRecord,
  KeptFile,
  LeaseHolder,
  Operator,
  RunEvidence,
  RunHeader,
  RunLease,
  RunStore,
} from '../../src/engine/index.ts';
import { FakeArtifacts } from './artifacts-fake.ts';
import type { Faults } from './faults.ts';

export interface AppendPoint {
  /** Counts appends of the whole store, from 1. */
  readonly append: number;
  readonly when: 'before' | 'after';
  readonly event: JournalEvent;
}

export interface MemoryRunStoreOptions {
  readonly now?: () => Date;
  /** May throw: the append rejects, and so do all later ones of that lease. `after`: the record is durable. */
  readonly onAppend?: (point: AppendPoint) => void;
  /** For the artifacts of all runs. */
  readonly faults?: Faults;
}

interface MemoryRun {
  readonly header: RunHeader;
  readonly artifacts: FakeArtifacts;
  journal: string;
  leases: number;
  holder: LeaseHolder | undefined;
}

export class MemoryRunStore implements RunStore {
  /** May be exchanged between two processes of a test. */
  onAppend: MemoryRunStoreOptions['onAppend'];
  appends = 0;
  readonly #now: () => Date;
  readonly #faults: Faults | undefined;
  readonly #runs = new Map<string, MemoryRun>();

  constructor(options: MemoryRunStoreOptions = {}) {
    this.onAppend = options.onAppend;
    this.#now = options.now ?? (() => new Date(0));
    this.#faults = options.faults;
  }

  async create(header: RunHeader): Promise<RunLease> {
    if (this.#runs.has(header.runId)) {
      throw new DrctlError('RUN_EXISTS', `There is a run "${header.runId}" already`);
    }
    this.#runs.set(header.runId, {
      header: JSON.parse(JSON.stringify(header)) as RunHeader,
      artifacts: new FakeArtifacts(this.#faults),
      journal: '',
      leases: 0,
      holder: undefined,
    });
    return this.open(header.runId, { by: header.by });
  }

  async open(
    runId: string,
    { by, takeover = false }: { readonly by: Operator; readonly takeover?: boolean },
  ): Promise<RunLease> {
    const run = this.#run(runId);
    if (run.holder !== undefined && !takeover) {
      const { user, host, pid, since } = run.holder;
      throw new DrctlError(
        'RUN_LOCKED',
        `Run ${runId} is being worked on by ${user} on ${host}, pid ${pid}, since ${since}`,
      );
    }
    const decoder = createJournalDecoder(runId);
    decoder.push(Buffer.from(run.journal));
    const { tornBytes: _, ...end } = decoder.end();
    run.journal = Buffer.from(run.journal).subarray(0, end.sizeBytes).toString();
    run.leases += 1;
    run.holder = { ...by, since: this.#now().toISOString() };
    return this.#lease(run, run.leases, end);
  }

  async header(runId: string): Promise<RunHeader> {
    return this.#run(runId).header;
  }

  async *read(
    runId: string,
    options: { torn?(notice: string): void } = {},
  ): AsyncIterable<JournalRecord> {
    const run = this.#run(runId);
    const decoder = createJournalDecoder(runId);
    yield* decoder.push(Buffer.from(run.journal));
    const { tornBytes } = decoder.end();
    if (tornBytes > 0) options.torn?.(tornNotice(runId, tornBytes));
  }

  async list(): Promise<readonly RunHeader[]> {
    const headers = [...this.#runs.values()].map(({ header }) => header);
    return headers.sort((one, other) => (one.runId < other.runId ? 1 : -1));
  }

  async holder(runId: string): Promise<LeaseHolder | undefined> {
    return this.#run(runId).holder;
  }

  async evidence(runId: string): Promise<RunEvidence> {
    const run = this.#run(runId);
    const lease = JSON.stringify({ ...run.header.by, since: this.#now().toISOString() });
    return {
      journal: keptFile(runId, run.journal),
      leases: Array.from({ length: run.leases }, (_, at) => keptFile(`lease ${at + 1}`, lease)),
      artifacts: run.artifacts.reader(),
      findings: [],
    };
  }

  /** The processes that hold leases are dead: the next `open` succeeds without takeover. */
  killHolders(): void {
    for (const run of this.#runs.values()) run.holder = undefined;
  }

  artifacts(runId: string): FakeArtifacts {
    return this.#run(runId).artifacts;
  }

  /** The journal's bytes as text. */
  journal(runId: string): string {
    return this.#run(runId).journal;
  }

  setJournal(runId: string, text: string): void {
    this.#run(runId).journal = text;
  }

  #run(runId: string): MemoryRun {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new DrctlError('RUN_NOT_FOUND', `There is no run "${runId}"`);
    return run;
  }

  #lease(
    run: MemoryRun,
    number: number,
    start: { readonly seq: number; readonly previous: string; readonly sizeBytes: number },
  ): RunLease {
    const { runId } = run.header;
    let end = start;
    let failure: { readonly error: unknown } | undefined;
    const assertHeld = (): void => {
      if (failure !== undefined) throw failure.error;
      if (run.leases === number && run.holder !== undefined) return;
      throw new DrctlError(
        'LEASE_LOST',
        `Run ${runId} is held by another process, or was released`,
      );
    };
    return {
      runId,
      artifacts: run.artifacts,
      append: async (event) => {
        try {
          assertHeld();
          this.appends += 1;
          const append = this.appends;
          this.onAppend?.({ append, when: 'before', event });
          const next = nextRecord(event, this.#now().toISOString(), end);
          run.journal += `${next.line}\n`;
          end = next.end;
          this.onAppend?.({ append, when: 'after', event });
          return next.record;
        } catch (error) {
          failure ??= { error };
          throw error;
        }
      },
      release: async () => {
        if (run.leases === number) run.holder = undefined;
      },
    };
  }
}

function keptFile(name: string, text: string): KeptFile {
  return {
    name,
    async *read() {
      yield Buffer.from(text);
    },
  };
}
