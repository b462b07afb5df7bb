// The single-writer lease of a run in S3, as a row of objects lease-1.json, lease-2.json, … The last one is the lease.
// Each is made with "If-None-Match: *": of any number of processes that want to follow the same holder exactly one
// succeeds. They are never removed, so a number is never free again.

import { decodeLease, encodeLease, lastLeaseNumber, leaseName } from '../lease-record.ts';
import type { LeaseRow } from '../lease-record.ts';
import type { StateObjects } from './objects.ts';

/** `folder`: the run's, with its "/". */
export function leaseObjects(objects: StateObjects, folder: string): LeaseRow {
  const keyOf = (number: number): string => `${folder}${leaseName(number)}`;
  return {
    lastNumber: async () => {
      const names = await objects.list(`${folder}lease-`);
      return lastLeaseNumber(names.map((rest) => `lease-${rest}`));
    },
    read: async (number) => {
      const body = (await objects.read(keyOf(number))) ?? new Uint8Array();
      return decodeLease(new TextDecoder().decode(body), objects.uri(keyOf(number)));
    },
    create: (number, record) => objects.create(keyOf(number), Buffer.from(encodeLease(record))),
    exists: (number) => objects.exists(keyOf(number)),
    replace: (number, record) => objects.replace(keyOf(number), Buffer.from(encodeLease(record))),
  };
}
