// Every mistake that the lab can record is really made here, with a plain client: what cannot be produced would prove
// nothing when it is absent.

import { beforeAll, describe, expect, it } from 'vitest';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import { at, conditionsOf, textAt } from '../../../src/lab/cluster/objects.ts';
import { exportObjects } from './backup-by-hand.ts';
import { HC, HCP, nodePools, pause, scale, until, type Hands } from './hands.ts';
import { bare } from './move-by-hand.ts';
import { LAB_TIMEOUT_MS, startedLab, stopLabs, recorded } from './lab-fixture.ts';

describe('in one world', { timeout: LAB_TIMEOUT_MS }, () => {
  let hands: Hands;

  beforeAll(async () => {
    hands = await startedLab({ secrets: 30 });
  }, LAB_TIMEOUT_MS);

  it('a neighbour’s node pool that is changed is recorded', async () => {
    const neighbour = { namespace: HC.namespace, name: 'demo-hosted-2-us-west-1a' };
    await hands.source.patch(kinds.nodePool, neighbour, { spec: { pausedUntil: 'true' } });
    expect(await recorded(hands.lab, 'neighbour-touched')).toBe(
      'source NodePool clusters/demo-hosted-2-us-west-1a',
    );
    const report = await hands.lab.check({ expect: 'unchanged' });
    expect(report.checks.find((entry) => entry.name === 'neighbours-on-source')).toMatchObject({
      ok: false,
      found: expect.stringContaining('NodePool clusters/demo-hosted-2-us-west-1a') as string,
    });
  });

  it('a service account’s token that travels is recorded, under whatever name', async () => {
    const secrets = (await hands.source.list(kinds.secret, HCP)).items;
    const token = secrets.find((secret) => secret.type === 'kubernetes.io/service-account-token');
    await hands.destination.create(kinds.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'innocent', namespace: HC.namespace },
      type: 'Opaque',
      data: token?.data ?? {},
    });
    expect(await recorded(hands.lab, 'secret-travelled')).toBe('destination clusters/innocent');
  });

  it('an AWSMachine that is missing means a new instance', async () => {
    const [machine] = (await hands.source.list(kinds.awsMachine, HCP)).items;
    if (machine === undefined) throw new Error('There are no machines');
    await hands.source.patch(kinds.awsMachine, machine.metadata, {
      metadata: { finalizers: null },
    });
    await hands.source.remove(kinds.awsMachine, machine.metadata);
    expect(await recorded(hands.lab, 'instance-created')).toMatch(/^i-/);
  });

  it('a running operator puts finalizers back, paused or not', async () => {
    await pause(hands.source);
    const [pool] = await nodePools(hands.source);
    if (pool === undefined) throw new Error('There are no node pools');
    await hands.source.patch(kinds.nodePool, pool.metadata, { metadata: { finalizers: null } });
    const finalizers = async () =>
      (await hands.source.get(kinds.nodePool, pool.metadata))?.metadata.finalizers ?? [];
    await until('the finalizer is back', async () => (await finalizers()).length > 0);
    expect(await finalizers()).toEqual(pool.metadata.finalizers);
    await pause(hands.source, null);
  });

  it('a date without its zone does not pause', async () => {
    const pausedUntil = '2099-01-01T00:00:00';
    await hands.source.patch(kinds.hostedCluster, HC, { spec: { pausedUntil } });
    const activity = async () =>
      conditionsOf(await hands.source.get(kinds.hostedCluster, HC)).find(
        (condition) => condition.type === 'ReconciliationActive',
      );
    await until('the operator has seen it', async () => {
      return (await activity())?.reason !== 'AsExpected';
    });
    expect(await activity()).toMatchObject({ status: 'True', reason: 'InvalidPausedUntilValue' });
    await hands.source.patch(kinds.hostedCluster, HC, { spec: { pausedUntil: null } });
  });

  it('the restore URL is one, short, https or s3, and set at creation or never', async () => {
    const [found] = (await hands.source.list(kinds.hostedCluster, HC.namespace)).items;
    if (found === undefined) throw new Error('There is no hosted cluster');
    const withUrls = (name: string, urls: readonly string[]) => {
      const copy = bare(found, {
        etcd: { managed: { storage: { restoreSnapshotURL: urls } } },
        pausedUntil: 'true',
      });
      return { ...copy, metadata: { name, namespace: HC.namespace } };
    };
    const create = (urls: readonly string[]) =>
      hands.destination.create(kinds.hostedCluster, withUrls('url-test', urls));
    await expect(create(['https://a/1', 'https://a/2'])).rejects.toMatchObject({ code: 422 });
    await expect(create([`https://a/${'x'.repeat(1_020)}`])).rejects.toMatchObject({ code: 422 });
    await expect(create(['http://a/1'])).rejects.toMatchObject({ code: 422 });
    await create(['https://a/1']);
    const change = (patch: unknown) =>
      hands.destination.patch(kinds.hostedCluster, { ...HC, name: 'url-test' }, patch);
    await expect(
      change({ spec: { etcd: { managed: { storage: { restoreSnapshotURL: ['https://b/1'] } } } } }),
    ).rejects.toMatchObject({ code: 422 });
    await expect(
      hands.source.patch(kinds.hostedCluster, HC, {
        spec: { etcd: { managed: { storage: { restoreSnapshotURL: ['https://b/1'] } } } },
      }),
    ).rejects.toMatchObject({ code: 422 });
  });

  it('an operator that is left at zero fails the check', async () => {
    await scale(hands.source, 'hypershift', ['operator'], 0);
    const report = await hands.lab.check({ expect: 'migrated' });
    expect(report.checks.find((entry) => entry.name === 'operator-on-source')?.ok).toBe(false);
    await scale(hands.source, 'hypershift', ['operator'], 2);
  });

  it('a hosted cluster that is paused on neither side is recorded', async () => {
    const backup = await exportObjects(hands.source);
    for (const [kind, object] of backup.references) {
      if (object.metadata.namespace === HC.namespace) {
        await hands.destination.create(kind, bare(object));
      }
    }
    await hands.destination.create(kinds.hostedCluster, bare(backup.hostedCluster));
    expect(await recorded(hands.lab, 'both-sides-active')).toBe('clusters/demo-hosted');
  });
});

describe('in a world of its own', { timeout: LAB_TIMEOUT_MS }, () => {
  it('deleting the paused source while its operator runs terminates the instances', async () => {
    const { source, lab } = await startedLab({ neighbours: false });
    await pause(source);
    await source.remove(kinds.hostedCluster, HC);
    expect(await recorded(lab, 'source-deleted-early')).toContain('HostedCluster');
    expect(await recorded(lab, 'instance-terminated')).toMatch(/^i-/);
    // Served to the end, the deletion takes the OIDC documents along.
    expect(await recorded(lab, 'oidc-removed')).toContain('openid-configuration');
    await stopLabs();
  });

  it('scaling etcd to zero with the retention policy Delete destroys its data', async () => {
    const { source, lab } = await startedLab({ neighbours: false });
    await pause(source);
    const etcd = { namespace: HCP, name: 'etcd' };
    await source.patch(kinds.statefulSet, etcd, {
      spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
    });
    await source.patch(kinds.statefulSet, etcd, { spec: { replicas: 0 } });
    expect(await recorded(lab, 'etcd-data-destroyed')).toContain('data-etcd-0');
    await stopLabs();
  });

  it('a volume that is left over makes etcd start with what is on it, not with the snapshot', async () => {
    const hands = await startedLab({ neighbours: false });
    const { source, destination, lab } = hands;
    const backup = await exportObjects(source);
    await destination.create(kinds.namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: HCP },
    });
    const etcd = await source.get(kinds.statefulSet, { namespace: HCP, name: 'etcd' });
    if (etcd === undefined) throw new Error('There is no etcd');
    await destination.create(kinds.statefulSet, bare(etcd));
    await until('the volume holds a database', async () => {
      const found = await destination.get(kinds.statefulSet, { namespace: HCP, name: 'etcd' });
      return at(found, 'status', 'readyReplicas') === 1;
    });
    await destination.remove(kinds.statefulSet, { namespace: HCP, name: 'etcd' });
    const urls = ['https://127.0.0.1:1/never-asked'];
    const etcdSpec = {
      managementType: 'Managed',
      managed: { storage: { restoreSnapshotURL: urls } },
    };
    for (const [kind, object] of backup.references) await destination.create(kind, bare(object));
    await destination.create(
      kinds.hostedCluster,
      bare(backup.hostedCluster, { etcd: etcdSpec, pausedUntil: undefined }),
    );
    await until('the destination serves the empty database', async () => {
      return (await lab.status()).destination.servesHostedApi;
    });
    const controlPlane = await destination.get(kinds.hostedControlPlane, {
      namespace: HCP,
      name: HC.name,
    });
    expect(
      textAt(controlPlane, 'spec', 'etcd', 'managed', 'storage', 'restoreSnapshotURL', 0),
    ).toBe(urls[0]);
    await stopLabs();
  });

  it('without its API the hosted cluster’s nodes cannot report', async () => {
    const { source, lab } = await startedLab({ neighbours: false, nodePools: 1 });
    await pause(source);
    await scale(source, HCP, ['control-plane-operator', 'kube-apiserver'], 0);
    await until('the API is away', async () => !(await lab.status()).source.servesHostedApi);
    await until('no node reports', async () => {
      return (await lab.status()).nodes.every((node) => !node.connected);
    });
    expect((await lab.status()).nodes.map((node) => node.instanceState)).toEqual([
      'running',
      'running',
    ]);
    await stopLabs();
  });
});
