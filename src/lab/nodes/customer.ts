// The customer, who goes on writing through the hosted API's name for as long as it answers, and remembers what the API
// acknowledged. A write without an answer may or may not be there; an acknowledged one must be.

import type { Client } from '../cluster/client.ts';
import { kinds } from '../cluster/kinds.ts';
import type { KubeObject } from '../cluster/objects.ts';
import { CUSTOMER_NAMESPACE } from '../seed/hosted-content.ts';

const ORDERS = 12;

export class Customer {
  private readonly acknowledged = new Map<string, string>();
  /** Values sent after the last acknowledged one, that may have arrived. */
  private readonly unanswered = new Map<string, Set<string>>();
  private readonly lost = new Map<string, string>();
  /** Every value that was sent, and those among them that were acknowledged. */
  private readonly sent = new Map<string, number[]>();
  private readonly kept = new Map<string, number[]>();
  /** What had been acknowledged when the first snapshot was taken: no restore may know less. */
  private floor: ReadonlyMap<string, string> | undefined;
  /** Since a disaster: what was found of each order when it was first seen again. */
  private restored: Map<string, string | undefined> | undefined;
  private count = 0;
  private held = false;
  private writing: Promise<void> = Promise.resolve();
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async seed(): Promise<void> {
    for (let index = 0; index < ORDERS; index += 1) {
      const name = `orders-${index + 1}`;
      await this.client.create(kinds.configMap, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: CUSTOMER_NAMESPACE },
        data: { count: '0' },
      });
      this.acknowledged.set(name, '0');
    }
  }

  /** One write, unless held. */
  async write(): Promise<void> {
    if (this.held) return;
    this.writing = this.writeOne();
    await this.writing;
  }

  /** Stops writing while `work` compares. */
  async holdDuring<T>(work: () => Promise<T>): Promise<T> {
    this.held = true;
    await this.writing;
    try {
      return await work();
    } finally {
      this.held = false;
    }
  }

  isOwn(object: KubeObject): boolean {
    return (
      object.metadata.namespace === CUSTOMER_NAMESPACE &&
      this.acknowledged.has(object.metadata.name)
    );
  }

  /** Somebody takes a snapshot of the database. */
  noteSnapshot(): void {
    this.floor ??= new Map(this.acknowledged);
  }

  /** The database is gone for good: what comes back is as old as the snapshot that it is restored from. */
  startOver(): void {
    this.restored = new Map();
  }

  acknowledgedCount(): number {
    return this.count;
  }

  /** What was ever lost, these ConfigMaps of the customer's namespace included; empty when all is as acknowledged. */
  findLost(configMaps: readonly KubeObject[]): readonly string[] {
    const found = new Map(configMaps.map((entry) => [entry.metadata.name, entry.data?.['count']]));
    for (const name of this.acknowledged.keys()) this.compare(name, found.get(name));
    return [...this.lost.values(), ...this.misplaced()];
  }

  /**
   * Of a restored database: it must be that of one moment, and not of one before the first snapshot. Then every order has
   * at least what had been acknowledged when the newest of all values was written.
   */
  private misplaced(): readonly string[] {
    if (this.restored === undefined) return [];
    if (this.floor === undefined) return ['everything: no snapshot was ever taken'];
    const moment = Math.max(...[...this.restored.values()].map((value) => Number(value ?? -1)));
    return [...this.restored].flatMap(([name, value]) => {
      const found = Number(value ?? -1);
      const before = (this.kept.get(name) ?? []).filter((one) => one <= moment);
      const least = Math.max(Number(this.floor?.get(name) ?? 0), ...before);
      const isSent = found === 0 || (this.sent.get(name) ?? []).includes(found);
      return isSent && found >= least ? [] : [`${name}: ${value ?? 'absent'} after the restore`];
    });
  }

  private compare(name: string, found: string | undefined): void {
    if (this.restored !== undefined && !this.restored.has(name)) {
      this.restored.set(name, found);
      if (found !== undefined) this.acknowledged.set(name, found);
      this.unanswered.delete(name);
    }
    const value = this.acknowledged.get(name);
    if (found === value || this.unanswered.get(name)?.has(found ?? '') === true) return;
    if (!this.lost.has(name)) {
      this.lost.set(name, `${name}: ${found ?? 'absent'} instead of ${value ?? ''}`);
    }
  }

  private async writeOne(): Promise<void> {
    this.count += 1;
    const name = `orders-${(this.count % ORDERS) + 1}`;
    const value = String(this.count);
    const address = { namespace: CUSTOMER_NAMESPACE, name };
    const open = this.unanswered.get(name) ?? new Set<string>();
    try {
      // Read before it is overwritten: a lost write must not be healed by the next one.
      this.compare(name, (await this.client.get(kinds.configMap, address))?.data?.['count']);
      this.unanswered.set(name, open.add(value));
      noteValue(this.sent, name, this.count);
      await this.client.patch(kinds.configMap, address, { data: { count: value } });
      this.acknowledged.set(name, value);
      noteValue(this.kept, name, this.count);
      this.unanswered.delete(name);
    } catch {
      // The API is away: the customer tries again with the next order.
    }
  }
}

function noteValue(values: Map<string, number[]>, name: string, value: number): void {
  values.set(name, [...(values.get(name) ?? []), value]);
}
