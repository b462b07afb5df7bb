// A source cluster that was exported, and a destination that is to receive it: its namespaces exist, one with labels
// that the source does not have, and its uids are others.

import { k8sExport } from '../../../src/actions/k8s/export.ts';
import type { JsonObject } from '../../../src/engine/index.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { StepMemory, writeContext } from '../../fakes/contexts.ts';
import { Faults } from '../../fakes/faults.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { defaultKinds } from '../../fakes/kube-fake-kinds.ts';
import type { FakeKind } from '../../fakes/kube-fake-kinds.ts';
import {
  clusterApi,
  configMap,
  hostedCluster,
  kubeObject,
  namespace,
  nodePool,
  ownedBy,
  secret,
} from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const hypershift = 'hypershift.openshift.io/v1beta1';

export function sourceObjects(): readonly KubeObject[] {
  const capi = clusterApi('Cluster', 'clusters-prod/infra', {
    metadata: { uid: 'source-cluster', finalizers: ['cluster.cluster.x-k8s.io'] },
  });
  const set = clusterApi('MachineSet', 'clusters-prod/ms', {
    metadata: { uid: 'source-set', ownerReferences: [ownedBy(capi, 'source-cluster')] },
  });
  const controlPlane = kubeObject(hypershift, 'HostedControlPlane', 'clusters-prod/prod', {
    metadata: { uid: 'source-hcp', finalizers: ['hypershift.openshift.io/finalizer'] },
    spec: { pullSecret: { name: 'pull' } },
  });
  return [
    hostedCluster(
      'clusters/prod',
      {
        pausedUntil: 'true',
        pullSecret: { name: 'pull' },
        secretEncryption: { aescbc: { activeKey: { name: 'prod-key' } } },
      },
      {
        metadata: {
          finalizers: ['hypershift.openshift.io/finalizer', 'hypershift.io/aws-oidc-discovery'],
        },
      },
    ),
    nodePool('clusters/np-1', { clusterName: 'prod', config: [{ name: 'tuning' }] }),
    secret('clusters/pull', { token: 'cHVsbA==' }),
    secret('clusters/prod-key', { key: 'a2V5' }),
    secret('clusters/prod-2-key', { key: 'bmVpZ2hib3Vy' }),
    configMap('clusters/tuning', { config: 'x' }),
    controlPlane,
    secret(
      'clusters-prod/pull',
      { token: 'cHVsbA==' },
      {
        metadata: { ownerReferences: [ownedBy(controlPlane, 'source-hcp')] },
      },
    ),
    capi,
    set,
    clusterApi('Machine', 'clusters-prod/m-1', {
      metadata: {
        finalizers: ['machine.cluster.x-k8s.io'],
        ownerReferences: [ownedBy(set, 'source-set')],
      },
      spec: { providerID: 'aws:///eu-1/i-1' },
    }),
  ];
}

export const exportParams: JsonObject = {
  target: 'source',
  to: 'objects',
  select: [
    { apiVersion: hypershift, kind: 'HostedCluster', namespace: 'clusters', name: 'prod' },
    {
      apiVersion: hypershift,
      kind: 'NodePool',
      namespace: 'clusters',
      where: "object.spec.clusterName == 'prod'",
    },
    { apiVersion: hypershift, kind: 'HostedControlPlane', namespace: 'clusters-prod', all: true },
    { apiVersion: 'v1', kind: 'Secret', namespace: 'clusters-prod', all: true },
    ...['Cluster', 'MachineSet', 'Machine'].map((kind) => ({
      apiVersion: 'cluster.x-k8s.io/*',
      kind,
      namespace: 'clusters-prod',
      all: true,
    })),
    { apiVersion: 'v1', kind: 'Namespace', name: 'clusters-prod' },
  ],
};

export async function exportedWorld(): Promise<World> {
  const faults = new Faults();
  const source = new FakeKube({ faults, name: 'source' }).seed(...sourceObjects());
  const destination = new FakeKube({ faults, name: 'destination' });
  destination.seed(namespace('clusters', { labels: { team: 'x' } }), namespace('clusters-prod'));
  const world = new World({ kube: { source, destination }, faults });
  await k8sExport.apply(exportParams, writeContext(world, new StepMemory('export')));
  faults.reset();
  return world;
}

/** An export "objects" of just these, in a world that has no such cluster any more. */
export async function exportObjects(
  world: World,
  objects: readonly KubeObject[],
  { kinds = [] }: { readonly kinds?: readonly FakeKind[] } = {},
): Promise<void> {
  const all = [...defaultKinds, ...kinds];
  const source = new FakeKube({ name: 'source', kinds: all }).seed(...objects);
  const away = new World({ kube: { source } });
  const selections = objects.map(({ apiVersion, kind, metadata }) => {
    const place = metadata['namespace'] === undefined ? {} : { namespace: metadata['namespace'] };
    return { apiVersion, kind, ...place, name: metadata.name };
  });
  const params = { target: 'source', to: 'objects', select: selections };
  await k8sExport.apply(params, writeContext(away, new StepMemory('export')));
  for (const [name, content] of away.artifacts.files) world.artifacts.files.set(name, content);
}
