// What a DNS change remembers of every record set that it touches: how it was and how it will be. Undo puts back how it
// was, where it still is as we left it; a record that somebody else has written since is theirs.

import { DrctlError, listSome } from '../../../engine/index.ts';
import type { Json, JsonObject } from '../../../engine/index.ts';
import type { DnsChange, DnsRecordSet } from '../../ports.ts';
import { recordKey } from './params.ts';
import { byKey, recordFromJson, recordToJson, sameRecord } from './record-sets.ts';

const entryPrefix = 'record/';

/** Recorded once AWS has accepted the batch, so that a later attempt can go on waiting for it. */
export const changeIdKey = 'change-id';

export function recordedChangeId(entries: ReadonlyMap<string, Json>): string | null {
  const id = entries.get(changeIdKey);
  return typeof id === 'string' ? id : null;
}

export function undoEntriesFor(
  changes: readonly DnsChange[],
  present: ReadonlyMap<string, DnsRecordSet>,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    changes.map(({ action, record }) => {
      const key = recordKey(record);
      const before = present.get(key);
      const entry: JsonObject = {
        action,
        before: before === undefined ? null : recordToJson(before),
        after: action === 'DELETE' ? null : recordToJson(record),
      };
      return [`${entryPrefix}${key}`, entry];
    }),
  );
}

interface Remembered {
  readonly key: string;
  readonly action: DnsChange['action'];
  readonly before: DnsRecordSet | undefined;
  readonly after: DnsRecordSet | undefined;
}

function remembered(entries: ReadonlyMap<string, Json>): readonly Remembered[] {
  return [...entries]
    .filter(([key]) => key.startsWith(entryPrefix))
    .map(([key, entry]) => {
      const { action, before, after } = entry as JsonObject;
      return {
        key: key.slice(entryPrefix.length),
        action: action as DnsChange['action'],
        before: recordOrNone(before),
        after: recordOrNone(after),
      };
    });
}

function recordOrNone(json: Json | undefined): DnsRecordSet | undefined {
  return json === undefined || json === null ? undefined : recordFromJson(json);
}

/** undefined: nothing was recorded, so nothing was changed. */
export function recordedChanges(
  entries: ReadonlyMap<string, Json>,
): readonly DnsChange[] | undefined {
  const changes = remembered(entries).flatMap(({ action, before, after }) => {
    const record = after ?? before;
    return record === undefined ? [] : [{ action, record }];
  });
  return changes.length === 0 ? undefined : changes;
}

/** Records that somebody else has written since: neither as they were before nor as they were to be. */
export function foreignRecords(
  entries: ReadonlyMap<string, Json>,
  present: ReadonlyMap<string, DnsRecordSet>,
): readonly string[] {
  return remembered(entries)
    .filter(
      ({ key, before, after }) =>
        !sameOrAbsent(present.get(key), before) && !sameOrAbsent(present.get(key), after),
    )
    .map(({ key }) => key);
}

/** Throws CLIENT_CONFLICT when a record is neither as we left it nor as it was before. */
export function undoneChanges(
  entries: ReadonlyMap<string, Json>,
  records: readonly DnsRecordSet[],
): readonly DnsChange[] {
  const present = byKey(records);
  const open = remembered(entries).filter(
    ({ key, before }) => !sameOrAbsent(present.get(key), before),
  );
  const foreign = open.filter(({ key, after }) => !sameOrAbsent(present.get(key), after));
  if (foreign.length > 0) {
    throw new DrctlError(
      'CLIENT_CONFLICT',
      `Somebody else has written these records since: ${listSome(foreign.map(({ key }) => key))}`,
      { hint: 'Look at them in Route53; once they are gone or right, roll back again' },
    );
  }
  return open.flatMap(({ key, before }): readonly DnsChange[] => {
    const now = present.get(key);
    if (before !== undefined) return [{ action: 'UPSERT', record: before }];
    return now === undefined ? [] : [{ action: 'DELETE', record: now }];
  });
}

function sameOrAbsent(a: DnsRecordSet | undefined, b: DnsRecordSet | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameRecord(a, b);
}
