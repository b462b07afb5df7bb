// For each test a server of its own, and processes ("machines") that keep runs in its bucket.

import { afterEach, beforeEach } from 'vitest';
import type { AwsSettings, StateStore } from '../../../src/adapters/index.ts';
import type { RunStore } from '../../../src/engine/index.ts';
import type { Fault } from '../../../src/lab/aws/index.ts';
import { closingLater, releaseLeases } from '../../contracts/open-leases.ts';
import { startTarget } from '../aws/target.ts';
import type { TestTarget } from '../aws/target.ts';
import { openProcess } from './s3-state.ts';
import type { ProcessOptions, S3Process } from './s3-state.ts';

export interface Machine extends Omit<S3Process, 'store'> {
  /** Leases that are left open are released at the end of the test. */
  readonly store: RunStore;
  readonly own: StateStore;
}

export interface Servers {
  readonly settings: AwsSettings;
  /** Asked before every request is served. */
  fault: ((request: { method: string; path: string }) => Fault | undefined) | undefined;
  machine(options?: ProcessOptions): Machine;
}

/** Registers the hooks that keep it. */
export function createServers(): Servers {
  let target: TestTarget | undefined;
  const processes: S3Process[] = [];
  const servers: Servers = {
    get settings() {
      if (target === undefined) throw new Error('The server is not there yet');
      return target.settings;
    },
    fault: undefined,
    machine(options = {}) {
      const opened = openProcess(servers.settings, options);
      processes.push(opened);
      return { ...opened, store: closingLater(opened.store), own: opened.store };
    },
  };
  beforeEach(async () => {
    target = await startTarget({ fault: (request) => servers.fault?.(request) });
  });
  afterEach(async () => {
    servers.fault = undefined;
    await releaseLeases();
    for (const { store } of processes.splice(0)) store.close();
    await target?.close();
  });
  return servers;
}
