// The Kubernetes actions through the real adapter on the lab's API server: what the fake promises holds on the wire
// (preconditions inside patches, discovery, garbage collection, namespaces that end).

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { k8sApply } from '../../../src/actions/k8s/apply.ts';
import { k8sDelete } from '../../../src/actions/k8s/delete.ts';
import { k8sExport } from '../../../src/actions/k8s/export.ts';
import { k8sPatch } from '../../../src/actions/k8s/patch.ts';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import { k8sScale } from '../../../src/actions/k8s/scale.ts';
import { k8sWait } from '../../../src/actions/k8s/wait.ts';
import type { JsonObject } from '../../../src/engine/index.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { createKubeTarget } from '../../../src/adapters/index.ts';
import type { KubeTarget } from '../../../src/adapters/index.ts';
import { startKubeServer } from '../../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { StepMemory } from '../../fakes/contexts.ts';
import {
  clusterApi,
  configMap,
  namespace,
  ownedBy,
  secret,
  workload,
} from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const token = 'token-of-a-tester';
const { signal } = new AbortController();

interface Side {
  readonly target: KubeTarget;
  close(): Promise<void>;
}

async function startSide(name: string): Promise<Side> {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  const server = await startKubeServer({
    name,
    tls,
    tokens: [{ token, user: 'tester', groups: ['system:masters'] }],
  });
  const kubeconfig = path.join(await mkdtemp(path.join(tmpdir(), 'drctl-actions-')), 'config');
  await writeFile(kubeconfig, server.kubeconfig({ token }));
  const target = createKubeTarget({ kubeconfig });
  for (const kind of ['Cluster', 'Machine']) {
    await target.client.create(definition(kind), signal);
  }
  return {
    target,
    close: async () => {
      target.close();
      await server.close();
    },
  };
}

function definition(kind: string): KubeObject {
  const singular = kind.toLowerCase();
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.cluster.x-k8s.io` },
    spec: {
      group: 'cluster.x-k8s.io',
      scope: 'Namespaced',
      names: { plural: `${singular}s`, singular, kind },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  };
}

describe('the actions on the embedded server', () => {
  let source: Side;
  let destination: Side;
  let world: World;
  beforeAll(async () => {
    source = await startSide('source');
    destination = await startSide('destination');
    const sides: Readonly<Record<string, KubeTarget>> = {
      source: source.target,
      destination: destination.target,
    };
    const side = (name: string): KubeTarget => sides[name] as KubeTarget;
    world = new World({
      readers: { kube: async (name) => side(name).reader },
      clients: { kube: async (name) => side(name).client },
    });
    const kube = source.target.client;
    for (const name of ['cp', 'work']) await kube.create(namespace(name), signal);
    const finalizers = ['cluster.cluster.x-k8s.io'];
    const owner = await kube.create(
      clusterApi('Cluster', 'cp/infra', { metadata: { finalizers } }),
      signal,
    );
    const ownerReferences = [ownedBy(owner, owner.metadata['uid'] as string)];
    const machine = { metadata: { ownerReferences, finalizers: ['machine.cluster.x-k8s.io'] } };
    await kube.create(clusterApi('Machine', 'cp/m-1', machine), signal);
    await kube.create(secret('cp/key', { a: 'eA==' }, { metadata: { ownerReferences } }), signal);
  });
  afterAll(async () => {
    await source.close();
    await destination.close();
  });

  const get = async (side: Side, kind: string, name: string, apiVersion = 'v1') =>
    side.target.reader.get({ apiVersion, kind, namespace: 'cp', name }, signal);

  it('export and restore: owners, undo, and nothing left to the garbage collector', async () => {
    const kinds = ['Cluster', 'Machine'].map((kind) => ({
      apiVersion: 'cluster.x-k8s.io/*',
      kind,
    }));
    const all = { namespace: 'cp', all: true };
    await applyAction(world, k8sExport, {
      target: 'source',
      to: 'objects',
      select: [
        ...kinds.map((kind) => ({ ...kind, ...all })),
        { apiVersion: 'v1', kind: 'Secret', ...all },
        { apiVersion: 'v1', kind: 'Namespace', name: 'cp' },
      ],
    });
    const params: JsonObject = { target: 'destination', from: 'objects' };
    const memory = new StepMemory();
    const outputs = await applyAction(world, k8sRestore, params, { memory });
    expect(outputs).toMatchObject({ created: 4, withoutOwners: [] });
    const cluster = await get(destination, 'Cluster', 'infra', 'cluster.x-k8s.io/v1beta1');
    const machine = await get(destination, 'Machine', 'm-1', 'cluster.x-k8s.io/v1beta1');
    const key = await get(destination, 'Secret', 'key');
    const uid = cluster?.metadata['uid'] as string;
    expect(JSON.stringify(machine?.metadata['ownerReferences'])).toContain(uid);
    expect(JSON.stringify(key?.metadata['ownerReferences'])).toContain(uid);
    expect((await planAction(world, k8sRestore, params)).changes).toMatchObject([{ kind: 'none' }]);
    await undoAction(world, k8sRestore, params, memory);
    const gone = { target: 'destination', apiVersion: 'v1', kind: 'Namespace', name: 'cp' };
    await applyAction(world, k8sWait, { ...gone, for: 'absent' });
  });

  it('patch, scale and apply, and the way back', async () => {
    const kube = source.target.client;
    await kube.create(configMap('work/a', { x: '1' }), signal);
    const template = {
      metadata: { labels: { app: 'api' } },
      spec: { containers: [{ name: 'api', image: 'api' }] },
    };
    await kube.create(workload('Deployment', 'work/api', 3, { template }), signal);
    const at = { target: 'source', namespace: 'work' };
    const steps = [
      [
        k8sPatch,
        {
          ...at,
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: 'a',
          patch: { data: { x: '2', y: '3' }, metadata: { labels: { l: 'm' } } },
        },
      ],
      [k8sScale, { ...at, kind: 'Deployment', name: 'api', replicas: 0 }],
      [
        k8sApply,
        {
          ...at,
          force: true,
          manifests: [
            { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { z: '4' } },
            { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' }, data: { z: '4' } },
          ],
        },
      ],
    ] as const;
    const before = await snapshot(source);
    const memories = steps.map((_, index) => new StepMemory(`step-${index}`));
    for (const [index, [action, params]] of steps.entries()) {
      const memory = memories[index] as StepMemory;
      await applyAction(world, action, params, { memory });
      expect((await planAction(world, action, params)).changes).toMatchObject([{ kind: 'none' }]);
    }
    expect(await snapshot(source)).not.toEqual(before);
    for (const [index, [action, params]] of [...steps.entries()].toReversed()) {
      await undoAction(world, action, params, memories[index] as StepMemory);
    }
    expect(await snapshot(source)).toEqual(before);
  });

  it('delete: finalizers first, then the namespace, with what is left in it freed', async () => {
    const machines = { apiVersion: 'cluster.x-k8s.io/*', kind: 'Machine', namespace: 'cp' };
    const memory = new StepMemory('delete');
    const params = { target: 'source', ...machines, all: true, finalizers: 'remove' };
    await applyAction(world, k8sDelete, params, { memory });
    await undoAction(world, k8sDelete, params, memory);
    const again = await get(source, 'Machine', 'm-1', 'cluster.x-k8s.io/v1beta1');
    expect(again?.metadata['finalizers']).toEqual(['machine.cluster.x-k8s.io']);
    await applyAction(world, k8sDelete, {
      target: 'source',
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'cp',
      contents: 'removeFinalizers',
    });
    expect(
      await source.target.reader.get({ apiVersion: 'v1', kind: 'Namespace', name: 'cp' }, signal),
    ).toBeUndefined();
  });

  async function snapshot(side: Side): Promise<readonly JsonObject[]> {
    const found: JsonObject[] = [];
    for (const [apiVersion, kind] of [
      ['v1', 'ConfigMap'],
      ['apps/v1', 'Deployment'],
    ] as const) {
      for await (const object of side.target.reader.list(
        { apiVersion, kind, namespace: 'work' },
        signal,
      )) {
        const { name, labels = {} } = object.metadata;
        found.push({ name, labels, data: object['data'] ?? {}, spec: object['spec'] ?? {} });
      }
    }
    return found;
  }
});
