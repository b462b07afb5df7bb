// Scenarios of the Kubernetes actions for the action laws.

import type { JsonObject } from '../../../src/engine/index.ts';
import type { LawScenario } from '../../contracts/action-laws.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { runWorkloads } from '../../fakes/kube-fake-workloads.ts';
import {
  clusterApi,
  configMap,
  hostedCluster,
  kubeObject,
  namespace,
  nodePool,
  ownedBy,
  pod,
  secret,
  workload,
} from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import { exportParams, exportedWorld } from './exported-world.ts';
import { Faults } from '../../fakes/faults.ts';

const hypershift = 'hypershift.openshift.io/v1beta1';

function cluster(prepare: (kube: FakeKube) => void): () => World {
  return () => {
    const faults = new Faults();
    const kube = new FakeKube({ faults });
    prepare(kube);
    return new World({ kube: { source: kube }, faults });
  };
}

const nodePools = cluster((kube) =>
  kube.seed(
    nodePool('clusters/np-1', { clusterName: 'prod', replicas: 2 }),
    nodePool('clusters/np-2', { clusterName: 'prod', pausedUntil: '2030-01-01T00:00:00Z' }),
    nodePool('clusters/other', { clusterName: 'pre-prod', replicas: 2 }),
  ),
);

const ofNodePools = {
  target: 'source',
  apiVersion: hypershift,
  kind: 'NodePool',
  namespace: 'clusters',
};

const others = { all: { ...ofNodePools, all: true } };

const read = (title: string, params: JsonObject): LawScenario => ({
  title,
  build: nodePools,
  params,
});

export const k8sLaws: Readonly<Record<string, readonly LawScenario[]>> = {
  'k8s.get': [
    read('an object', { ...ofNodePools, name: 'np-1', extract: { n: 'object.spec.replicas' } }),
    read('an absent object', { ...ofNodePools, name: 'np-9', optional: true }),
  ],
  'k8s.list': [
    read('some of a kind', { ...ofNodePools, where: "object.spec.clusterName == 'prod'" }),
  ],
  'k8s.assert': [
    read('what holds', { ...ofNodePools, name: 'np-1', that: 'object.spec.replicas == 2' }),
    read('what agrees', { ...ofNodePools, name: 'np-1', others, that: 'size(others.all) == 3' }),
    read('what is served and allowed', {
      target: 'source',
      serves: [{ apiVersion: 'v1', kind: 'Secret' }],
      may: [{ verb: 'get', apiVersion: 'v1', kind: 'Secret' }],
    }),
  ],
  'k8s.wait': [
    read('what holds', { ...ofNodePools, all: true, count: '1 + 2' }),
    read('one object', { ...ofNodePools, name: 'np-1', for: 'present' }),
    read('two of a kind', { ...ofNodePools, names: ['np-1', 'np-2'], count: 2 }),
    read('a path', { target: 'source', path: '/readyz' }),
  ],
  'k8s.apply': [
    {
      title: 'a namespace and a new object in it',
      build: cluster(() => {}),
      params: {
        target: 'source',
        namespace: 'fresh',
        manifests: [
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } },
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } },
        ],
      },
    },
    {
      title: 'an object and a Secret that exist',
      build: cluster((kube) =>
        kube.seed(configMap('work/a', { x: '0', y: '2' }), secret('work/s', { key: 'b2xk' })),
      ),
      params: {
        target: 'source',
        manifests: [
          configMap('work/a', { x: '1', z: '3' }),
          kubeObject('v1', 'Secret', 'work/s', { data: { key: 'bmV3' } }),
        ],
      },
    },
  ],
  'k8s.patch': [
    {
      title: 'a field that was absent, one that was set, and not the neighbour',
      build: nodePools,
      params: {
        ...ofNodePools,
        where: "object.spec.clusterName == 'prod'",
        patch: { spec: { pausedUntil: 'true', extra: { deep: 1 } } },
      },
    },
    {
      title: 'a selection that the patch itself empties',
      build: nodePools,
      params: {
        ...ofNodePools,
        where: 'has(object.spec.replicas)',
        patch: { spec: { replicas: null } },
      },
    },
    {
      title: 'operations on a list',
      build: cluster((kube) =>
        kube.seed(configMap('work/a', { x: '1' }, { finalizers: ['a', 'b'] })),
      ),
      params: {
        target: 'source',
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'work',
        name: 'a',
        type: 'json',
        patch: [{ op: 'add', path: '/metadata/finalizers/-', value: 'c' }],
      },
    },
    {
      title: 'a Secret, whose old value goes to an artifact',
      build: cluster((kube) => kube.seed(secret('work/s', { key: 'b2xk' }))),
      params: {
        target: 'source',
        apiVersion: 'v1',
        kind: 'Secret',
        namespace: 'work',
        name: 's',
        patch: { data: { key: 'bmV3' } },
      },
    },
  ],
  'k8s.scale': [
    {
      title: 'writers to zero',
      build: cluster((kube) => {
        kube.seed(workload('Deployment', 'cp/api', 3), workload('StatefulSet', 'cp/etcd', 1));
        kube.seed(workload('Deployment', 'cp/idle', 0));
        runWorkloads(kube);
      }),
      params: { target: 'source', namespace: 'cp', all: true, replicas: 0 },
    },
    {
      title: 'one to zero, with a note on it',
      build: cluster((kube) => {
        kube.seed(workload('Deployment', 'cp/api', 3));
        runWorkloads(kube);
      }),
      params: {
        target: 'source',
        namespace: 'cp',
        kind: 'Deployment',
        names: ['api'],
        replicas: 0,
        leaveNote: true,
      },
    },
    {
      title: 'named workloads up, with an undo that waits',
      build: cluster((kube) => {
        kube.seed(workload('Deployment', 'cp/api', 1), workload('Deployment', 'cp/oauth', 1));
        runWorkloads(kube);
      }),
      params: {
        target: 'source',
        namespace: 'cp',
        kind: 'Deployment',
        names: ['api', 'oauth'],
        replicas: 2,
        undoWaits: true,
      },
    },
  ],
  'k8s.delete': [
    {
      title: 'objects with finalizers and owners',
      build: cluster((kube) => {
        const set = clusterApi('MachineSet', 'cp/ms', {
          metadata: { uid: 'set-uid', finalizers: ['cluster.x-k8s.io/machineset'] },
        });
        const machine = clusterApi('Machine', 'cp/m', {
          metadata: {
            finalizers: ['machine.cluster.x-k8s.io'],
            ownerReferences: [ownedBy(set, 'set-uid')],
          },
        });
        kube.seed(set, machine);
      }),
      params: {
        target: 'source',
        kinds: [
          { apiVersion: 'cluster.x-k8s.io/*', kind: 'Machine' },
          { apiVersion: 'cluster.x-k8s.io/*', kind: 'MachineSet' },
          { apiVersion: 'nothing.example.com/v1', kind: 'Nothing' },
        ],
        namespace: 'cp',
        all: true,
        finalizers: 'remove',
        expectAtLeast: 2,
      },
    },
    {
      title: 'one object by its name',
      build: cluster((kube) => kube.seed(configMap('work/a', {}), configMap('work/b', {}))),
      params: {
        target: 'source',
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'work',
        name: 'a',
      },
    },
    {
      title: 'an empty namespace',
      build: cluster((kube) => kube.seed(namespace('fresh'))),
      params: {
        target: 'source',
        apiVersion: 'v1',
        kind: 'Namespace',
        name: 'fresh',
        contents: 'removeFinalizers',
        expectAtLeast: 1,
      },
    },
  ],
  'k8s.export': [
    {
      title: 'a hosted cluster and what it refers to',
      build: cluster((kube) =>
        kube.seed(
          hostedCluster('clusters/prod', { pullSecret: { name: 'pull' } }),
          secret('clusters/pull', { token: 'eA==' }),
        ),
      ),
      params: {
        target: 'source',
        to: 'objects',
        select: [
          { apiVersion: hypershift, kind: 'HostedCluster', namespace: 'clusters', name: 'prod' },
        ],
      },
    },
  ],
  'k8s.restore': [
    {
      title: 'owned objects beside a namespace that exists',
      build: exportedWorld,
      params: {
        target: 'destination',
        from: 'objects',
        unset: [{ kind: 'HostedCluster', path: 'spec.pausedUntil' }],
      },
      probe: 'not-done',
      earlier: [{ action: 'k8s.export', params: exportParams }],
    },
  ],
  'k8s.exec': [
    {
      title: 'a command',
      build: cluster((kube) => {
        kube.seed(pod('work/etcd-0', 'etcd'));
        kube.onExec = () => ({ stdout: 'hello' });
      }),
      params: { target: 'source', namespace: 'work', selector: 'app=etcd', command: ['echo'] },
      probe: 'unclear',
      repeats: true,
    },
    {
      title: 'a command in a named pod',
      build: cluster((kube) => kube.seed(pod('work/etcd-0', 'etcd'))),
      params: { target: 'source', namespace: 'work', pod: 'etcd-0', command: ['echo'] },
      probe: 'unclear',
      repeats: true,
    },
  ],
};
