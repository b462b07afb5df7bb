// Whatever happens to the work, the lease is given back; trouble in giving it back never hides why the work failed.

import type { RunLease } from '../contracts/store.ts';

export async function withLease<T>(lease: RunLease, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await lease.release().catch(() => undefined);
    throw error;
  }
  await lease.release();
  return result;
}
