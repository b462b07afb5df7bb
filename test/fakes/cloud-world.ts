// A world with an etcd cluster of three members, buckets and a zone, all behind one fault counter.

import type { Json } from '../../src/engine/index.ts';
import { FakeBuckets } from './bucket-fake.ts';
import { FakeEtcd } from './etcd-fake.ts';
import { Faults } from './faults.ts';
import { FakeKube } from './kube-fake.ts';
import { pod } from './objects.ts';
import { World } from './world.ts';
import { FakeZones } from './zone-fake.ts';

export interface CloudWorld {
  readonly world: World;
  readonly kube: FakeKube;
  readonly etcd: FakeEtcd;
  readonly buckets: FakeBuckets;
  readonly zones: FakeZones;
}

/** etcd-0 leads. Buckets "plain" and "versioned"; zone "Z1" of example.com. */
export function cloudWorld(files: Readonly<Record<string, string>> = {}): CloudWorld {
  const faults = new Faults();
  const kube = new FakeKube({ faults });
  const etcd = new FakeEtcd({ faults });
  for (const name of ['etcd-0', 'etcd-1', 'etcd-2']) {
    kube.seed(pod(`clusters-prod/${name}`, 'etcd'));
    etcd.addMember(name, { isLeader: name === 'etcd-0' });
  }
  const buckets = new FakeBuckets(faults);
  buckets.addBucket('plain');
  buckets.addBucket('versioned', { versioned: true });
  const zones = new FakeZones(faults);
  zones.addZone('Z1', 'example.com');
  const world = new World({
    kube: { source: kube },
    files,
    faults,
    readers: {
      etcd: async () => etcd.reader(),
      s3: async () => buckets.reader(),
      dns: async () => zones.reader(),
    },
    clients: { etcd: async () => etcd, s3: async () => buckets, dns: async () => zones },
    extraState: (): Json => [etcd.state(), buckets.state(), zones.state()],
  });
  return { world, kube, etcd, buckets, zones };
}
