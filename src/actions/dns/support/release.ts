// Which records go when an owner gives up names: the address records of exactly these hosts that external-dns with this
// owner id holds, and its ownership records for them. Nothing else: neighbours may share a prefix, contain the name, or
// have records of their own under it.

import type { DnsRecordSet } from '../../ports.ts';
import { ownersOf, ownersOfRecord } from './ownership.ts';
import { canonicalName, isAddress } from './params.ts';
import type { TxtNaming } from './params.ts';

export interface Release {
  readonly hostnames: readonly string[];
  readonly owner: string;
  readonly naming: TxtNaming;
}

export interface Released {
  readonly records: readonly DnsRecordSet[];
  /** Address records of these hosts that stay, and why. */
  readonly kept: readonly string[];
}

export function releasedRecords(
  all: readonly DnsRecordSet[],
  { hostnames, owner, naming }: Release,
): Released {
  const records: DnsRecordSet[] = [];
  const kept: string[] = [];
  for (const host of new Set(hostnames.map(canonicalName))) {
    const owners = ownersOf(host, all, naming);
    const addresses = all.filter((record) => record.name === host && isAddress(record));
    const staying = addresses.flatMap((record) => {
      const because = reasonToKeep(record, { owners, owner });
      return because === undefined ? [] : [{ record, because }];
    });
    kept.push(...staying.map(({ record, because }) => `${record.type} ${host} stays: ${because}`));
    records.push(...addresses.filter((record) => !staying.some((item) => item.record === record)));
    records.push(
      ...owners
        .filter((item) => item.owner === owner)
        .filter((item) => !staying.some(({ record }) => ownersOfRecord(record, [item]).length > 0))
        .map((item) => item.record),
    );
  }
  return { records, kept };
}

function reasonToKeep(
  record: DnsRecordSet,
  { owners, owner }: { readonly owners: ReturnType<typeof ownersOf>; readonly owner: string },
): string | undefined {
  const stated = ownersOfRecord(record, owners);
  if (stated.length === 0) return 'no ownership record says whose it is';
  const other = stated.find((item) => item.owner !== owner);
  return other === undefined ? undefined : `its owner is ${other.owner}`;
}
