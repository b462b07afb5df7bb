// Route53 as actions need it.

import type { JsonObject } from '../../engine/index.ts';

export interface DnsRecordSet {
  /** Without the final dot, lower case, "*" not escaped. */
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds?: number;
  /** As Route53 has them: TXT values quoted. Empty for an alias. */
  readonly values: readonly string[];
  readonly alias?: {
    readonly zoneId: string;
    readonly name: string;
    readonly evaluateTargetHealth: boolean;
  };
  readonly setIdentifier?: string;
  /** Weight, Region, Failover, … of a routed record set, kept so that it can be put back. */
  readonly routing?: JsonObject;
}

export interface DnsChange {
  readonly action: 'CREATE' | 'UPSERT' | 'DELETE';
  readonly record: DnsRecordSet;
}

export interface ZoneReader {
  /** undefined: no such zone. `name` without the final dot. */
  zone(
    zoneId: string,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly private: boolean } | undefined>;
  /** Every record set of the zone, paged. */
  records(zoneId: string, signal: AbortSignal): AsyncIterable<DnsRecordSet>;
  changeStatus(changeId: string, signal: AbortSignal): Promise<'PENDING' | 'INSYNC'>;
}

export interface ZoneClient extends ZoneReader {
  /** One change batch, all or nothing. CLIENT_CONFLICT when a DELETE or CREATE does not fit what is there. */
  change(
    zoneId: string,
    changes: readonly DnsChange[],
    options: { readonly comment: string; readonly signal: AbortSignal },
  ): Promise<{ readonly changeId: string }>;
}
