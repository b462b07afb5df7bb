// A folder of runs of a test's own, and what stands in it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createFileRunStore, createSystem } from '../../../src/adapters/index.ts';
import type { JournalRecord, RunStore } from '../../../src/engine/index.ts';
import { closingLater, releaseLeases } from '../../contracts/open-leases.ts';

export interface FileState {
  /** The state folder, new for each test. */
  readonly root: string;
  /** What the stores of this test told the person. */
  readonly notices: readonly string[];
  readonly storeAt: (folder?: string) => RunStore;
  /** A path within run-1. */
  readonly inRun: (...names: string[]) => string;
  /** All that run-1's journal holds. */
  readonly records: () => Promise<readonly JournalRecord[]>;
}

/** A new state folder before each test of the file, gone after it with all leases that were left open. */
export function fileState(): FileState {
  const state = { root: '', notices: [] as string[] };
  beforeEach(async () => {
    state.root = await mkdtemp(join(tmpdir(), 'drctl-store-'));
    state.notices = [];
  });
  afterEach(async () => {
    await releaseLeases();
    await rm(state.root, { recursive: true, force: true });
  });
  const storeAt = (folder = state.root): RunStore =>
    closingLater(
      createFileRunStore({
        root: folder,
        system: createSystem(),
        notice: (message) => state.notices.push(message),
      }),
    );
  return Object.assign(state, {
    storeAt,
    inRun: (...names: string[]) => join(state.root, 'runs', 'run-1', ...names),
    records: async () => {
      const found: JournalRecord[] = [];
      for await (const record of storeAt().read('run-1')) found.push(record);
      return found;
    },
  });
}
