// What an action says of an attempt whose end nobody recorded, where the world has moved on since: somebody else has
// changed, removed or re-created what it touched. Then it is unclear, and says in words why: neither beginning again
// nor going on may happen unasked. That the plain cases are told apart is proved by the action laws.

import type { KubeObject } from '../../src/actions/ports.ts';
import type { JsonObject } from '../../src/engine/index.ts';
import { cloudWorld } from '../fakes/cloud-world.ts';
import type { StepMemory } from '../fakes/contexts.ts';
import { FakeKube } from '../fakes/kube-fake.ts';
import { configMap, namespace, nodePool, pod, secret, workload } from '../fakes/objects.ts';
import { World } from '../fakes/world.ts';
import { aliasRecord } from '../fakes/zone-fake.ts';

export interface Doubt {
  readonly action: string;
  readonly what: string;
  readonly params: JsonObject;
  /** A fresh world, and what somebody does to it after the attempt. */
  build(): { readonly world: World; meanwhile(): void; forget?(memory: StepMemory): void };
  /** `unclear`: with a word of this in its reason. */
  readonly found: 'done' | 'not-done' | 'unclear';
  readonly because?: string;
}

function cluster(objects: readonly KubeObject[], meanwhile: (kube: FakeKube) => void) {
  const kube = new FakeKube().seed(namespace('work'), namespace('clusters'), ...objects);
  return { world: new World({ kube: { source: kube } }), meanwhile: () => meanwhile(kube) };
}

function change(kube: FakeKube, kind: string, name: string, rest: JsonObject): void {
  kube.seed({ ...(kube.peek(kind, name) as KubeObject), ...rest });
}

function drop(kube: FakeKube, { kind, metadata }: KubeObject): void {
  const present = kube.peek(kind, metadata.name);
  if (present !== undefined) kube.objects.remove(present);
}

/** Gone, and made again by somebody: another identity. */
function recreate(kube: FakeKube, object: KubeObject): void {
  drop(kube, object);
  kube.seed(object);
}

const np = { target: 'source', apiVersion: 'hypershift.openshift.io/v1beta1', kind: 'NodePool' };
const pause = {
  ...np,
  namespace: 'clusters',
  name: 'np-1',
  patch: { spec: { pausedUntil: 'true' } },
};
const pool = nodePool('clusters/np-1', { pausedUntil: 'false' });
const hidden = {
  target: 'source',
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: 'work',
  name: 's',
  patch: { data: { key: 'bmV3' } },
};
const scale = {
  target: 'source',
  kind: 'Deployment',
  namespace: 'work',
  name: 'op',
  replicas: 0,
  waitForPods: false,
};
const settings = configMap('work/settings', { color: 'blue' });
const apply = { target: 'source', manifests: [settings as unknown as JsonObject] };
const old = configMap('work/old', { color: 'blue' });
const remove = {
  target: 'source',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'work',
  name: 'old',
};
const restart = {
  target: 'source',
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'work',
  selector: 'app=ovn',
};
const controlled = {
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'ovn', uid: 'u', controller: true },
  ],
};
const object = { target: 'aws', bucket: 'plain', key: 'prod/etcd.db' };
const upload = { ...object, from: 'etcd.db' };
const host = 'api.prod.example.com';
const point = {
  target: 'aws',
  zone: 'Z1',
  changes: [{ action: 'UPSERT', name: host, type: 'A', ttl: 60, values: ['192.0.2.1'] }],
};

function bucket(before: string | undefined, meanwhile: string | undefined) {
  const cloud = cloudWorld();
  cloud.world.artifacts.files.set('etcd.db', Buffer.from('snapshot'));
  if (before !== undefined) cloud.buckets.put(object, before);
  return {
    world: cloud.world,
    meanwhile() {
      if (meanwhile !== undefined) cloud.buckets.put(object, meanwhile);
    },
  };
}

function published(meanwhile: readonly ReturnType<typeof aliasRecord>[] | undefined) {
  const cloud = cloudWorld();
  cloud.zones.addZone('Z1', 'example.com', [aliasRecord(host, 'lb-1.amazonaws.com')]);
  return {
    world: cloud.world,
    meanwhile() {
      if (meanwhile !== undefined) cloud.zones.addZone('Z1', 'example.com', meanwhile);
    },
  };
}

export const doubts: readonly Doubt[] = [
  {
    action: 'k8s.patch',
    what: 'a field that somebody has set to a third value',
    params: pause,
    build: () =>
      cluster([pool], (kube) =>
        change(kube, 'NodePool', 'np-1', { spec: { pausedUntil: '2030' } }),
      ),
    found: 'unclear',
    because: 'NodePool clusters/np-1 is neither as it was before the patch nor as after it',
  },
  {
    action: 'k8s.patch',
    what: 'a field that somebody has put back: the attempt is as if it had not been',
    params: pause,
    build: () =>
      cluster([pool], (kube) =>
        change(kube, 'NodePool', 'np-1', { spec: { pausedUntil: 'false' } }),
      ),
    found: 'not-done',
  },
  {
    action: 'k8s.patch',
    what: 'a Secret whose value somebody has changed, of which the journal knows the digest only',
    params: hidden,
    build: () =>
      cluster([secret('work/s', { key: 'b2xk' })], (kube) =>
        change(kube, 'Secret', 's', { data: { key: 'dGhlaXJz' } }),
      ),
    found: 'unclear',
    because: 'Secret work/s is neither',
  },
  {
    action: 'k8s.scale',
    what: 'a count that is neither the old nor the new one',
    params: scale,
    build: () =>
      cluster([workload('Deployment', 'work/op', 3)], (kube) =>
        change(kube, 'Deployment', 'op', workload('Deployment', 'work/op', 5)),
      ),
    found: 'unclear',
    because: 'Deployment work/op has 5 replicas, neither 3 as before nor 0',
  },
  {
    action: 'k8s.scale',
    what: 'a workload that is gone since',
    params: scale,
    build: () =>
      cluster([workload('Deployment', 'work/op', 3)], (kube) =>
        drop(kube, workload('Deployment', 'work/op', 3)),
      ),
    found: 'unclear',
    because: 'Deployment work/op',
  },
  {
    action: 'k8s.apply',
    what: 'an object that was made and is gone since',
    params: apply,
    build: () => cluster([], (kube) => drop(kube, settings)),
    found: 'unclear',
    because: 'ConfigMap work/settings was made by this step and is gone',
  },
  {
    action: 'k8s.apply',
    what: 'an object that somebody else has made again',
    params: apply,
    build: () => cluster([], (kube) => recreate(kube, settings)),
    found: 'unclear',
    because: 'ConfigMap work/settings is not the one that this step made',
  },
  {
    action: 'k8s.apply',
    what: 'an object of the same name that somebody else has made before this step could',
    params: apply,
    build: () => ({
      ...cluster([], (kube) => recreate(kube, settings)),
      // The attempt was cut off before its call was answered: no identity is known.
      forget: (memory) => {
        for (const key of memory.undo.keys())
          if (key.startsWith('uid of ')) memory.undo.delete(key);
      },
    }),
    found: 'unclear',
    because: 'ConfigMap work/settings is there, and not made by drctl',
  },
  {
    action: 'k8s.apply',
    what: 'a field that somebody has set to a third value',
    params: apply,
    build: () =>
      cluster([configMap('work/settings', { color: 'red' })], (kube) =>
        change(kube, 'ConfigMap', 'settings', { data: { color: 'green' } }),
      ),
    found: 'unclear',
    because: 'ConfigMap work/settings is neither as it was before nor as it was to be',
  },
  {
    action: 'k8s.delete',
    what: 'an object that somebody else has made again',
    params: remove,
    build: () => cluster([old], (kube) => kube.seed(old)),
    found: 'unclear',
    because: 'ConfigMap work/old was deleted and is there again',
  },
  {
    action: 'k8s.delete',
    what: 'pods that their controller has made again: they were restarted',
    params: restart,
    build: () =>
      cluster([pod('work/ovn-1', 'ovn', true, controlled)], (kube) =>
        kube.seed(pod('work/ovn-2', 'ovn', true, controlled)),
      ),
    found: 'done',
  },
  {
    action: 's3.upload',
    what: 'another object that somebody has put there since',
    params: upload,
    build: () => bucket(undefined, 'theirs'),
    found: 'unclear',
    because: 's3://plain/prod/etcd.db holds neither',
  },
  {
    action: 's3.upload',
    what: 'its own object in the place of another one',
    params: upload,
    build: () => bucket('before', undefined),
    found: 'done',
  },
  {
    action: 'dns.update',
    what: 'a record that somebody has pointed elsewhere since',
    params: point,
    build: () => published([aliasRecord(host, 'lb-9.amazonaws.com')]),
    found: 'unclear',
    because: host,
  },
  {
    action: 'dns.update',
    what: 'a record that is as it was before',
    params: point,
    build: () => published([aliasRecord(host, 'lb-1.amazonaws.com')]),
    found: 'not-done',
  },
];
