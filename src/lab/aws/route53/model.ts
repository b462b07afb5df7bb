// What the Route53 server remembers, and the one order and one spelling of names that AWS uses: lower case, final dot,
// everything but letters, digits, "-", "_" and "." as a three-digit octal escape; sorted by labels from the right.

export interface RecordSet {
  /** Escaped, with the final dot. */
  readonly name: string;
  readonly type: string;
  readonly ttl: string | undefined;
  readonly values: readonly string[];
  readonly alias:
    | { readonly zoneId: string; readonly name: string; readonly evaluateTargetHealth: string }
    | undefined;
  readonly setIdentifier: string | undefined;
  /** Weight, Region, Failover, MultiValueAnswer, HealthCheckId, as they were given. */
  readonly routing: readonly (readonly [name: string, value: string])[];
}

export interface Zone {
  readonly id: string;
  /** With the final dot. */
  readonly name: string;
  readonly isPrivate: boolean;
  /** By `recordKey`. */
  records: ReadonlyMap<string, RecordSet>;
  /** Until then the change before is still being taken in. */
  busyUntilMs: number;
}

export interface ChangeInfo {
  readonly id: string;
  readonly submittedAt: Date;
  readonly comment: string | undefined;
}

interface Route53Settings {
  /** How long a change is PENDING. */
  readonly propagationMs: number;
  /** How long the zone refuses another change after one; 0: never. */
  readonly processingMs: number;
  /** Requests that the account may make in a second; undefined: any number. */
  readonly requestsPerSecond: number | undefined;
}

export interface Route53Server {
  readonly settings: Route53Settings;
  readonly zones: Map<string, Zone>;
  readonly changes: Map<string, ChangeInfo>;
  now(): Date;
}

export function canonicalName(name: string): string {
  const dotted = name.endsWith('.') ? name : `${name}.`;
  return dotted
    .toLowerCase()
    .replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replaceAll(/[^a-z0-9._-]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

export function recordKey(record: Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>): string {
  return [reversedName(record.name), record.type, record.setIdentifier ?? ''].join('\u0000');
}

/** "www.example.com." → "com.example.www.": what the list is sorted by. */
export function reversedName(name: string): string {
  return `${name.replace(/\.$/, '').split('.').toReversed().join('.')}.`;
}

export function sortedRecords(zone: Zone): readonly RecordSet[] {
  return [...zone.records]
    .sort(([a], [b]) => {
      if (a === b) return 0;
      return a < b ? -1 : 1;
    })
    .map(([, record]) => record);
}
