// One change batch: all of it or nothing. Every fault of the batch is collected, in the words that AWS uses.

import { isIPv4, isIPv6 } from 'node:net';
import { AwsError } from '../aws-error.ts';
import { recordKey } from './model.ts';
import type { RecordSet, Zone } from './model.ts';

export interface RequestedChange {
  readonly action: string;
  readonly record: RecordSet;
}

/** The records as they are after the batch. Throws InvalidChangeBatch with every fault, or InvalidInput. */
export function applyBatch(
  zone: Zone,
  changes: readonly RequestedChange[],
): ReadonlyMap<string, RecordSet> {
  const records = new Map(zone.records);
  const faults: string[] = [];
  for (const { action, record } of changes) {
    const key = recordKey(record);
    const fault =
      contentFault(zone, record) ?? actionFault(action, record, records.get(key)) ?? undefined;
    if (fault !== undefined) {
      faults.push(fault);
      continue;
    }
    if (action === 'DELETE') records.delete(key);
    else records.set(key, record);
  }
  // Looked at only when the whole batch is in, since one batch may replace an A by a CNAME.
  if (faults.length === 0) faults.push(...conflictsIn(zone, records, changes));
  if (faults.length > 0) throw invalidBatch(faults);
  return records;
}

function invalidBatch(faults: readonly string[]): AwsError {
  return new AwsError(400, 'InvalidChangeBatch', `[${faults.join(', ')}]`);
}

function actionFault(
  action: string,
  record: RecordSet,
  present: RecordSet | undefined,
): string | undefined {
  const label = recordLabel(record);
  if (action === 'CREATE' && present !== undefined) {
    return `Tried to create resource record set ${label} but it already exists`;
  }
  if (action === 'DELETE' && present === undefined) {
    return `Tried to delete resource record set ${label} but it was not found`;
  }
  if (action === 'DELETE' && present !== undefined && !sameContent(record, present)) {
    return `Tried to delete resource record set ${label} but the values provided do not match the current values`;
  }
  return undefined;
}

function recordLabel(record: RecordSet): string {
  const identifier =
    record.setIdentifier === undefined ? '' : `, set identifier='${record.setIdentifier}'`;
  return `[name='${record.name}', type='${record.type}'${identifier}]`;
}

function sameContent(a: RecordSet, b: RecordSet): boolean {
  return contentOf(a) === contentOf(b);
}

function contentOf({ ttl, values, alias, routing }: RecordSet): string {
  const routes = routing.map(([name, value]) => `${name}=${value}`);
  return JSON.stringify([ttl, [...values].sort(), alias, routes.sort()]);
}

function contentFault(zone: Zone, record: RecordSet): string | undefined {
  const { name, type } = record;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return `RRSet with DNS name ${name} is not permitted in zone ${zone.name}`;
  }
  if (type === 'CNAME' && name === zone.name) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`;
  }
  for (const value of record.values) {
    const fault = valueFault(type, value);
    if (fault !== undefined) {
      return `Invalid Resource Record: 'FATAL problem: ${fault} encountered with '${value}''`;
    }
  }
  return undefined;
}

function valueFault(type: string, value: string): string | undefined {
  if (type === 'A' && !isIPv4(value)) {
    return 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)';
  }
  if (type === 'AAAA' && !isIPv6(value)) {
    return 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)';
  }
  if (type === 'TXT' && !/^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/.test(value)) {
    return 'InvalidCharacterString (Value should be enclosed in quotation marks)';
  }
  return undefined;
}

function conflictsIn(
  zone: Zone,
  records: ReadonlyMap<string, RecordSet>,
  changes: readonly RequestedChange[],
): readonly string[] {
  const typesByName = new Map<string, Set<string>>();
  for (const { name, type } of records.values()) {
    typesByName.set(name, (typesByName.get(name) ?? new Set<string>()).add(type));
  }
  return changes
    .filter(({ action, record }) => {
      const types = typesByName.get(record.name);
      return action !== 'DELETE' && types !== undefined && types.has('CNAME') && types.size > 1;
    })
    .map(({ record: { name, type } }) =>
      type === 'CNAME'
        ? `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`
        : `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone.name}`,
    );
}
