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

  acknowledgedCount(): number {
    return this.count;
  }

  /** What was ever lost, these ConfigMaps of the customer's namespace included; empty when all is as acknowledged. */
  findLost(configMaps: readonly KubeObject[]): readonly string[] {
    const found = new Map(configMaps.map((entry) => [entry.metadata.name, entry.data?.['count']]));
    for (const name of this.acknowledged.keys()) this.compare(name, found.get(name));
    return [...this.lost.values()];
  }

  private compare(name: string, found: string | undefined): void {
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
      await this.client.patch(kinds.configMap, address, { data: { count: value } });
      this.acknowledged.set(name, value);
      this.unanswered.delete(name);
    } catch {
      // The API is away: the customer tries again with the next order.
    }
  }
}
