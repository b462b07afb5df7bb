// Record sets as desired, compared, shown and kept. A TXT value or a set of addresses means the same in any order.

import { DrctlError } from '../../../engine/index.ts';
import type { FieldChange, Json, JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DnsChange, DnsRecordSet, DrPorts, ZoneReader } from '../../ports.ts';
import { canonicalName, recordKey } from './params.ts';

/** One entry of dns.update's `changes`. */
export interface WantedRecord {
  readonly action: 'UPSERT' | 'DELETE';
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly values?: readonly string[];
  readonly alias?: {
    readonly zoneId: string;
    readonly name: string;
    readonly evaluateTargetHealth?: boolean;
  };
}

const defaultTtlSeconds = 300;

/** What has to be sent so that the wanted records are as wanted; nothing for those that are. Throws PARAMS_INVALID. */
export function neededChange(
  wanted: WantedRecord,
  present: ReadonlyMap<string, DnsRecordSet>,
): readonly DnsChange[] {
  const name = canonicalName(wanted.name);
  const found = present.get(recordKey({ name, type: wanted.type, values: [] }));
  if (wanted.action === 'DELETE') {
    return found === undefined ? [] : [{ action: 'DELETE', record: found }];
  }
  const record = desiredRecord(name, wanted);
  return found !== undefined && sameRecord(found, record) ? [] : [{ action: 'UPSERT', record }];
}

function desiredRecord(name: string, wanted: WantedRecord): DnsRecordSet {
  const { type, alias, values } = wanted;
  if ((alias === undefined) === (values === undefined)) {
    throw new DrctlError(
      'PARAMS_INVALID',
      `UPSERT of ${type} ${name} needs either values or alias`,
    );
  }
  if (alias === undefined) {
    return { name, type, ttlSeconds: wanted.ttl ?? defaultTtlSeconds, values: values ?? [] };
  }
  return {
    name,
    type,
    values: [],
    alias: {
      zoneId: alias.zoneId,
      name: canonicalName(alias.name),
      evaluateTargetHealth: alias.evaluateTargetHealth ?? false,
    },
  };
}

export function sameRecord(a: DnsRecordSet, b: DnsRecordSet): boolean {
  return contentOf(a) === contentOf(b);
}

function contentOf(record: DnsRecordSet): string {
  const { ttlSeconds, values, alias, routing = {} } = record;
  const target = alias && [alias.zoneId, canonicalName(alias.name), alias.evaluateTargetHealth];
  const routes = Object.entries(routing).toSorted(([x], [y]) => (x < y ? -1 : 1));
  return JSON.stringify([recordKey(record), ttlSeconds, values.toSorted(), target, routes]);
}

/** For a plan: what the record leads to, before and after. */
export function shownFields(
  before: DnsRecordSet | undefined,
  after: DnsRecordSet | undefined,
): readonly FieldChange[] {
  const [was, will] = [before && shown(before), after && shown(after)];
  return [...new Set([...Object.keys(was ?? {}), ...Object.keys(will ?? {})])].map((path) => ({
    path,
    ...(was?.[path] !== undefined && { before: was[path] }),
    ...(will?.[path] !== undefined && { after: will[path] }),
  }));
}

function shown(record: DnsRecordSet): JsonObject {
  return record.alias === undefined
    ? { values: record.values, ttl: record.ttlSeconds ?? null }
    : { alias: record.alias.name };
}

export function byKey(records: readonly DnsRecordSet[]): ReadonlyMap<string, DnsRecordSet> {
  return new Map(records.map((record) => [recordKey(record), record]));
}

/** Records are plain data; the journal keeps them whole, alias and routing included. */
export function recordToJson(record: DnsRecordSet): Json {
  return record as unknown as JsonObject;
}

export function recordFromJson(json: Json): DnsRecordSet {
  return json as unknown as DnsRecordSet;
}

/** A zone has some thousands of record sets at most. */
export async function readRecords(
  dns: ZoneReader,
  zone: string,
  ctx: ReadContext<DrPorts>,
): Promise<readonly DnsRecordSet[]> {
  const records: DnsRecordSet[] = [];
  for await (const record of dns.records(zone, ctx.signal)) records.push(record);
  return records;
}
