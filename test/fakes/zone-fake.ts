// Route53 in memory, as far as ZoneClient promises it: one batch is all or nothing, and a DELETE must name the record set
// exactly as it is.

import { DrctlError } from '../../src/engine/index.ts';
import type { Json, JsonObject } from '../../src/engine/index.ts';
import type { DnsChange, DnsRecordSet, ZoneClient, ZoneReader } from '../../src/actions/ports.ts';
import { Faults } from './faults.ts';

export interface FakeZone {
  readonly name: string;
  readonly private: boolean;
  records: readonly DnsRecordSet[];
}

export class FakeZones implements ZoneClient {
  readonly zones = new Map<string, FakeZone>();
  readonly faults: Faults;
  /** Looks at a change that find it PENDING. */
  pendingLooks = 0;
  #changes = 0;

  constructor(faults = new Faults()) {
    this.faults = faults;
  }

  addZone(id: string, name: string, records: readonly DnsRecordSet[] = []): FakeZone {
    const zone: FakeZone = { name, private: false, records };
    this.zones.set(id, zone);
    return zone;
  }

  state(): Json {
    return [...this.zones].map(([id, { records }]) => [id, records.map(contentOf).sort()]);
  }

  /** Without any writing method. */
  reader(): ZoneReader {
    return {
      zone: (id) => this.zone(id),
      records: (id) => this.records(id),
      changeStatus: () => this.changeStatus(),
    };
  }

  zone(id: string): Promise<{ readonly name: string; readonly private: boolean } | undefined> {
    return this.faults.around('read', () => {
      const zone = this.zones.get(id);
      return zone === undefined ? undefined : { name: zone.name, private: zone.private };
    });
  }

  async *records(id: string): AsyncIterable<DnsRecordSet> {
    yield* await this.faults.around('read', () => structuredClone(this.#zone(id).records));
  }

  changeStatus(): Promise<'PENDING' | 'INSYNC'> {
    return this.faults.around('read', () => {
      this.pendingLooks -= 1;
      return this.pendingLooks >= 0 ? 'PENDING' : 'INSYNC';
    });
  }

  async change(id: string, changes: readonly DnsChange[]): Promise<{ readonly changeId: string }> {
    return this.faults.around('write', () => {
      const zone = this.#zone(id);
      const records = new Map(zone.records.map((record) => [keyOf(record), record]));
      for (const { action, record } of changes) {
        const present = records.get(keyOf(record));
        const fits =
          action === 'UPSERT' ||
          (action === 'CREATE'
            ? present === undefined
            : present !== undefined && contentOf(present) === contentOf(record));
        if (!fits) {
          throw new DrctlError('CLIENT_CONFLICT', `${action} ${keyOf(record)} does not fit`);
        }
        if (action === 'DELETE') records.delete(keyOf(record));
        else records.set(keyOf(record), structuredClone(record));
      }
      zone.records = [...records.values()];
      this.#changes += 1;
      return { changeId: `C${this.#changes}` };
    });
  }

  #zone(id: string): FakeZone {
    const zone = this.zones.get(id);
    if (zone !== undefined) return zone;
    throw new DrctlError('CLIENT_NOT_FOUND', `No zone ${id}`);
  }
}

function keyOf({ name, type, setIdentifier = '' }: DnsRecordSet): string {
  return `${name} ${type} ${setIdentifier}`;
}

function contentOf(record: DnsRecordSet): string {
  const { ttlSeconds = null, values, alias = null, routing = {} } = record;
  const sorted: JsonObject = Object.fromEntries(
    Object.entries(routing).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return JSON.stringify([keyOf(record), ttlSeconds, values.toSorted(), alias, sorted]);
}

/** Records as external-dns writes them. */
export function txtOwner(name: string, owner: string, resource: string): DnsRecordSet {
  const value = `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${resource}"`;
  return { name, type: 'TXT', ttlSeconds: 300, values: [value] };
}

export function aliasRecord(name: string, target: string): DnsRecordSet {
  return {
    name,
    type: 'A',
    values: [],
    alias: { zoneId: 'ZELB', name: target, evaluateTargetHealth: true },
  };
}
