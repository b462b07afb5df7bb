// When a wait ends: with the event that fulfils its condition, and where there are no events, at the next look, of which
// as many are made as the server allows, by all waits together.

import { describe, expect, it } from 'vitest';
import { dnsWait } from '../../src/actions/dns/wait.ts';
import { k8sScale } from '../../src/actions/k8s/scale.ts';
import { k8sWait } from '../../src/actions/k8s/wait.ts';
import { applyAction } from '../fakes/carry-out.ts';
import { cloudWorld } from '../fakes/cloud-world.ts';
import type { Clock } from '../fakes/contexts.ts';
import { FakeKube, readerOf } from '../fakes/kube-fake.ts';
import { runWorkloads } from '../fakes/kube-fake-workloads.ts';
import { hostedCluster, workload } from '../fakes/objects.ts';
import { World } from '../fakes/world.ts';
import { aliasRecord } from '../fakes/zone-fake.ts';

/** Who sleeps never wakes. */
const noTime: Clock = {
  monotonicMs: () => 0,
  sleep: async () => new Promise<never>(() => undefined),
};

/** Time passes only in sleep, as much as was asked for. */
function steppedClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    monotonicMs: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
      // What has an answer by now gives it first.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}

describe('a wait on a Kubernetes object ends with the event that fulfils its condition, without a timer', () => {
  it('k8s.wait', async () => {
    const kube = new FakeKube().seed(hostedCluster('clusters/prod', {}));
    const world = new World({ kube: { source: kube } });
    const query = {
      target: 'source',
      apiVersion: 'hypershift.openshift.io/v1beta1',
      kind: 'HostedCluster',
      namespace: 'clusters',
      name: 'prod',
      that: 'has(object.status) && object.status.version == "4.20"',
    };
    await applyAction(world, k8sWait, query, {
      clock: noTime,
      onReport: () => {
        queueMicrotask(() =>
          kube.seed(hostedCluster('clusters/prod', {}, { status: { version: '4.20' } })),
        );
      },
    });
    expect(kube.peek('HostedCluster', 'prod')?.['status']).toEqual({ version: '4.20' });
  });

  it('k8s.scale, for the pods of all its workloads side by side', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `api-${index}`);
    const kube = new FakeKube().seed(
      ...names.map((name) => workload('Deployment', `cp/${name}`, 1)),
    );
    const world = new World({ kube: { source: kube } });
    const pods = runWorkloads(kube, { linger: true });
    const waitingFor = new Set<string>();
    const down = { target: 'source', namespace: 'cp', kind: 'Deployment', replicas: 0, all: true };
    await applyAction(world, k8sScale, down, {
      clock: noTime,
      onReport: ({ message }) => {
        waitingFor.add(message);
        // Nothing ends before everything is waited for.
        if (waitingFor.size === names.length) queueMicrotask(() => pods.letGo());
      },
    });
    expect(kube.objects.all().filter(({ kind }) => kind === 'Pod')).toEqual([]);
  });

  it('k8s.scale holds a count that is set back while its pods end', async () => {
    const kube = new FakeKube().seed(workload('Deployment', 'cp/api', 1));
    const world = new World({ kube: { source: kube } });
    const pods = runWorkloads(kube, { linger: true });
    let rounds = 0;
    await applyAction(
      world,
      k8sScale,
      { target: 'source', namespace: 'cp', kind: 'Deployment', name: 'api', replicas: 0 },
      {
        clock: noTime,
        onReport: () => {
          rounds += 1;
          if (rounds === 1) queueMicrotask(() => kube.seed(workload('Deployment', 'cp/api', 1)));
          setImmediate(() => pods.letGo());
        },
      },
    );
    expect(kube.peek('Deployment', 'api')?.['spec']).toMatchObject({ replicas: 0 });
  });
});

describe('a wait for a path', () => {
  it('looks again within 100 ms', async () => {
    const kube = new FakeKube();
    kube.paths.set('/readyz', { status: 503, body: 'no' });
    const clock = steppedClock();
    let looks = 0;
    await applyAction(
      new World({ kube: { source: kube } }),
      k8sWait,
      { target: 'source', path: '/readyz' },
      {
        clock: { ...clock, sleep: async (ms) => (ms > 100 ? noTime.sleep(ms) : clock.sleep(ms)) },
        onReport: () => {
          looks += 1;
          if (looks === 3) kube.paths.set('/readyz', { status: 200, body: 'ok' });
        },
      },
    );
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(100);
  });

  it('is not held up by looks that have no answer', async () => {
    const kube = new FakeKube();
    kube.paths.set('/readyz', { status: 200, body: 'ok' });
    const reader = readerOf(kube);
    let looks = 0;
    // The name led to a load balancer that drops what it gets, and then no more.
    const raw: typeof reader.raw = async (path, signal) => {
      looks += 1;
      return looks <= 20 ? new Promise<never>(() => undefined) : reader.raw(path, signal);
    };
    const readers = { kube: async () => ({ ...reader, raw }) };
    const world = new World({ kube: { source: kube }, readers });
    await applyAction(
      world,
      k8sWait,
      { target: 'source', path: '/readyz' },
      { clock: steppedClock() },
    );
    expect(looks).toBe(21);
  });
});

describe('waits for Route53', () => {
  const record = aliasRecord('api.example.com', 'lb.example.net');
  const wait = { target: 'aws', zone: 'Z1', names: ['api.example.com'], until: 'present' };

  it('look as often as the quota of an account allows, and leave room for others', async () => {
    const { world, zones } = cloudWorld();
    const clock = steppedClock();
    let looks = 0;
    await applyAction(world, dnsWait, wait, {
      clock,
      onReport: () => {
        looks += 1;
        if (looks === 9) zones.addZone('Z1', 'example.com', [record]);
      },
    });
    // The first look is made at once.
    expect(clock.slept).toEqual(Array.from({ length: 9 }, () => 250));
  });

  it('of one zone share their looks, however many they are', async () => {
    const { world, zones } = cloudWorld();
    const clock = steppedClock();
    let lists = 0;
    const list = zones.records.bind(zones);
    zones.records = (id) => {
      lists += 1;
      if (lists === 5) zones.addZone('Z1', 'example.com', [record]);
      return list(id);
    };
    const reader = zones.reader();
    const sharing = new World({ kube: {}, readers: { ...world.readers, dns: async () => reader } });
    await Promise.all(
      Array.from({ length: 6 }, async () => applyAction(sharing, dnsWait, wait, { clock })),
    );
    expect(lists).toBeLessThanOrEqual(6);
  });

  it('go on when the one whose look they share is stopped', async () => {
    const { world, zones } = cloudWorld();
    const reader = zones.reader();
    const sharing = new World({ kube: {}, readers: { ...world.readers, dns: async () => reader } });
    const stop = new AbortController();
    const clock = steppedClock();
    const stopped = applyAction(sharing, dnsWait, wait, {
      signal: stop.signal,
      clock: {
        ...clock,
        sleep: async () => {
          stop.abort(new Error('stopped'));
          throw stop.signal.reason;
        },
      },
    });
    const other = applyAction(sharing, dnsWait, wait, {
      clock,
      onReport: () => {
        if (stop.signal.aborted) zones.addZone('Z1', 'example.com', [record]);
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    await expect(other).resolves.toMatchObject({ records: [{ name: 'api.example.com' }] });
  });
});
