// k8s.wait: a state is waited for on a watch, an outage of the server is waited out, and an old status does not count.

import { describe, expect, it } from 'vitest';
import { k8sWait } from '../../../src/actions/k8s/wait.ts';
import { applyAction, planAction } from '../../fakes/carry-out.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { hostedCluster, nodePool } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const hypershift = 'hypershift.openshift.io/v1beta1';
const prod = {
  target: 'source',
  apiVersion: hypershift,
  kind: 'HostedCluster',
  namespace: 'clusters',
  name: 'prod',
};

function withStatus(status: string, observedGeneration: number, reason = 'Waiting') {
  return hostedCluster(
    'clusters/prod',
    {},
    {
      metadata: { generation: 2 },
      status: { conditions: [{ type: 'Available', status, reason, observedGeneration }] },
    },
  );
}

function setup() {
  const kube = new FakeKube();
  const world = new World({ kube: { source: kube }, faults: kube.faults });
  const seen: string[] = [];
  /** What happens in the world each time the wait has said what it saw. */
  const script: (() => void)[] = [];
  const onReport = ({ message }: { readonly message: string }): void => {
    seen.push(message);
    queueMicrotask(() => script.shift()?.());
  };
  return { kube, world, seen, script, onReport };
}

describe('k8s.wait', () => {
  it('counts a condition only once it speaks of the present generation', async () => {
    const { kube, world, seen, script, onReport } = setup();
    kube.seed(withStatus('True', 1));
    script.push(() => kube.seed(withStatus('False', 2, 'EtcdNotReady')));
    script.push(() => kube.seed(withStatus('True', 2)));
    const outputs = await applyAction(
      world,
      k8sWait,
      { ...prod, condition: 'Available=True' },
      { onReport },
    );
    expect(seen).toEqual([
      expect.stringContaining('Available speaks of generation 1, the object is at 2'),
      expect.stringContaining('Available is False (EtcdNotReady)'),
    ]);
    expect(outputs).toMatchObject({ object: { metadata: { name: 'prod' } } });
  });

  it('waits on while the server is away, throttles, or does not serve the kind yet', async () => {
    const { kube, world, seen, onReport } = setup();
    kube.seed(hostedCluster('clusters/prod', {}));
    kube.faults.cutCall(1, 'before');
    await applyAction(world, k8sWait, prod, { onReport });
    expect(seen).toEqual([expect.stringContaining('The connection was cut')]);
  });

  it('waits until a field that does not exist yet has the value', async () => {
    const { kube, world, seen, script, onReport } = setup();
    kube.seed(hostedCluster('clusters/prod', {}));
    const done = hostedCluster('clusters/prod', {}, { status: { version: '4.20' } });
    script.push(() => kube.seed(done));
    await applyAction(
      world,
      k8sWait,
      { ...prod, that: "object.status.version == '4.20'" },
      { onReport },
    );
    expect(seen).toHaveLength(1);
  });

  it('waits until so many objects are there', async () => {
    const { kube, world, seen, script, onReport } = setup();
    kube.seed(nodePool('clusters/np-1', {}));
    script.push(() => kube.seed(nodePool('clusters/np-2', {})));
    const { name: _, ...all } = prod;
    await applyAction(
      world,
      k8sWait,
      { ...all, kind: 'NodePool', all: true, count: '1 + 1' },
      { onReport },
    );
    expect(seen).toEqual([expect.stringContaining('1 of 2')]);
  });

  it('waits until an object is gone; a kind that is not served has none', async () => {
    const { kube, world, script, onReport } = setup();
    kube.seed(hostedCluster('clusters/prod', {}, { metadata: { uid: 'u' } }));
    script.push(() => {
      const present = kube.peek('HostedCluster', 'prod');
      if (present !== undefined) kube.objects.remove(present);
    });
    await applyAction(world, k8sWait, { ...prod, for: 'absent' }, { onReport });
    const unserved = { ...prod, apiVersion: 'x.example.com/v1', for: 'absent' };
    expect(await applyAction(world, k8sWait, unserved)).toMatchObject({ object: null });
  });

  it('ends with the reason of the signal when the time is up', async () => {
    const { kube, world } = setup();
    kube.seed(hostedCluster('clusters/prod', {}));
    const timer = new AbortController();
    const reason = new Error('time is up');
    const onReport = () => queueMicrotask(() => timer.abort(reason));
    await expect(
      applyAction(
        world,
        k8sWait,
        { ...prod, condition: 'Available' },
        { onReport, signal: timer.signal },
      ),
    ).rejects.toBe(reason);
  });

  it('polls a path until it answers with the status', async () => {
    const { kube, world, script, onReport, seen } = setup();
    kube.paths.set('/readyz', { status: 503, body: 'no' });
    script.push(() => kube.paths.set('/readyz', { status: 200, body: 'ok' }));
    await applyAction(world, k8sWait, { target: 'source', path: '/readyz' }, { onReport });
    expect(seen[0]).toContain('status 503');
  });

  it('in a plan does not wait, and says whether it holds now', async () => {
    const { world } = setup();
    const planned = await planAction(world, k8sWait, { ...prod, condition: 'Available=True' });
    expect(planned.changes).toEqual([{ kind: 'none', because: 'will be waited for' }]);
    expect(planned.notes).toEqual(['Does not hold now: HostedCluster clusters/prod not found']);
  });
});
