// After a disaster some writes are lost, and no check may demand them. What is demanded instead: the state of one moment,
// not before the first snapshot.
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src/lab/cluster/client.ts';
import type { KubeObject } from '../../../src/lab/cluster/objects.ts';
import { Customer } from '../../../src/lab/nodes/customer.ts';

/** The customer's database: order → count. */
class Database {
  values = new Map<string, string>();
  isAway = false;

  get client(): Client {
    const answer = (): void => {
      if (this.isAway) throw new Error('away');
    };
    return {
      get: async (_kind: unknown, { name }: { name: string }) => {
        answer();
        return Promise.resolve(this.object(name));
      },
      create: async (_kind: unknown, object: KubeObject) => {
        this.values.set(object.metadata.name, object.data?.['count'] ?? '');
        return Promise.resolve(object);
      },
      patch: async (
        _kind: unknown,
        { name }: { name: string },
        patch: { data: { count: string } },
      ) => {
        answer();
        this.values.set(name, patch.data.count);
        return Promise.resolve(this.object(name));
      },
    } as unknown as Client;
  }

  object(name: string): KubeObject {
    const count = this.values.get(name);
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'shop' },
      ...(count === undefined ? {} : { data: { count } }),
    };
  }

  all(): readonly KubeObject[] {
    return [...this.values.keys()].map((name) => this.object(name));
  }
}

async function world(): Promise<{
  database: Database;
  customer: Customer;
  write(n: number): Promise<void>;
}> {
  const database = new Database();
  const customer = new Customer(database.client);
  await customer.seed();
  return {
    database,
    customer,
    async write(n) {
      for (let count = 0; count < n; count += 1) await customer.write();
    },
  };
}

describe('what a customer finds after a disaster', () => {
  it('may be the state of any moment since the first snapshot, and later writes go on from there', async () => {
    const { database, customer, write } = await world();
    await write(20);
    customer.noteSnapshot();
    await write(3);
    const snapshot = new Map(database.values);
    await write(20);
    customer.startOver();
    database.values = new Map(snapshot);
    await write(5);
    expect(customer.findLost(database.all())).toEqual([]);
    await write(30);
    expect(customer.findLost(database.all())).toEqual([]);
  });

  it('may not be older than the first snapshot', async () => {
    const { database, customer, write } = await world();
    await write(20);
    const tooOld = new Map(database.values);
    await write(5);
    customer.noteSnapshot();
    customer.startOver();
    database.values = tooOld;
    expect(customer.findLost(database.all())).toHaveLength(5);
  });

  it('may not be a mixture of two moments', async () => {
    const { database, customer, write } = await world();
    await write(20);
    customer.noteSnapshot();
    const early = new Map(database.values);
    await write(12);
    customer.startOver();
    const [first] = early.keys();
    database.values = new Map(
      [...database.values].map(([name, value]) => [
        name,
        name === first ? (early.get(name) ?? '') : value,
      ]),
    );
    expect(customer.findLost(database.all())).toEqual([
      expect.stringMatching(/^orders-\d+: \d+ after the restore$/),
    ]);
  });

  it('must be all of it where nobody ever took a snapshot', async () => {
    const { database, customer, write } = await world();
    await write(20);
    customer.startOver();
    expect(customer.findLost(database.all())).toEqual(['everything: no snapshot was ever taken']);
  });

  it('must keep what was acknowledged after the restore', async () => {
    const { database, customer, write } = await world();
    await write(20);
    customer.noteSnapshot();
    customer.startOver();
    await write(15);
    const [name = ''] = database.values.keys();
    database.values.set(name, '0');
    expect(customer.findLost(database.all())).toEqual([
      expect.stringContaining(`${name}: 0 instead of`),
    ]);
  });
});
