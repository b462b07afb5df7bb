// Closes, at the end of a test, the leases that it left open on purpose, so that no file handle leaks.

import type { RunLease, RunStore } from '../../src/engine/index.ts';

const leases: RunLease[] = [];

/** The same store; what it opens is released by `releaseLeases`. */
export function closingLater(store: RunStore): RunStore {
  return {
    ...store,
    create: async (header) => keep(await store.create(header)),
    open: async (runId, options) => keep(await store.open(runId, options)),
  };
}

export async function releaseLeases(): Promise<void> {
  for (const lease of leases.splice(0)) await lease.release();
}

function keep(lease: RunLease): RunLease {
  leases.push(lease);
  return lease;
}
