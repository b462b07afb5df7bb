// k8s.get, k8s.list, k8s.assert: what they show, what they hide, and what their refusals say.

import { describe, expect, it } from 'vitest';
import { k8sAssert } from '../../../src/actions/k8s/assert.ts';
import { k8sGet } from '../../../src/actions/k8s/get.ts';
import { k8sList } from '../../../src/actions/k8s/list.ts';
import { applyAction, planAction } from '../../fakes/carry-out.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { nodePool, secret } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const hypershift = 'hypershift.openshift.io/v1beta1';

function world() {
  const kube = new FakeKube().seed(
    nodePool('clusters/np-1', { clusterName: 'prod', replicas: 2 }),
    nodePool('clusters/np-2', { clusterName: 'prod', replicas: 3 }),
    secret(
      'clusters/pull',
      { token: 'c2VjcmV0' },
      {
        metadata: {
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': '{"data":"c2VjcmV0"}',
          },
        },
      },
    ),
  );
  return { kube, world: new World({ kube: { source: kube } }) };
}

const nodePools = {
  target: 'source',
  apiVersion: hypershift,
  kind: 'NodePool',
  namespace: 'clusters',
};
const pull = {
  target: 'source',
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: 'clusters',
  name: 'pull',
};

describe('k8s.get and k8s.list', () => {
  it('never show the data of a Secret, not even in the copy that kubectl keeps', async () => {
    const got = await applyAction(world().world, k8sGet, pull);
    const { name: _, ...all } = pull;
    const listed = await applyAction(world().world, k8sList, all);
    expect(JSON.stringify([got, listed])).not.toContain('c2VjcmV0');
    expect(JSON.stringify(got)).toContain('sha256:');
  });

  it('give what is extracted from a Secret as a secret value', async () => {
    const got = await applyAction(world().world, k8sGet, {
      ...pull,
      extract: { token: 'object.data.token' },
    });
    expect(got).toMatchObject({ values: {}, secretValues: { token: 'c2VjcmV0' } });
  });

  it('compute values over all objects', async () => {
    const listed = await applyAction(world().world, k8sList, {
      ...nodePools,
      extract: { nodes: 'objects.map(o, o.spec.replicas).sum()' },
    });
    expect(listed).toMatchObject({ count: 2, values: { nodes: 5 } });
  });

  it('take an absent object and a kind that is not served for an answer only when told so', async () => {
    const absent = { ...nodePools, name: 'np-9' };
    await expect(applyAction(world().world, k8sGet, absent)).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
      message: 'NodePool clusters/np-9 does not exist',
    });
    expect(await applyAction(world().world, k8sGet, { ...absent, optional: true })).toMatchObject({
      found: false,
      object: null,
    });
    const unserved = { target: 'source', apiVersion: 'x.example.com/v1', kind: 'X' };
    await expect(applyAction(world().world, k8sList, unserved)).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
    });
    expect(
      await applyAction(world().world, k8sList, { ...unserved, optional: true }),
    ).toMatchObject({ count: 0 });
  });

  it('say while planning that an object does not exist: the engine knows what will be made', async () => {
    await expect(
      planAction(world().world, k8sGet, { ...nodePools, name: 'np-9' }),
    ).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
  });

  it('refuse a list that is shorter than expected', async () => {
    await expect(
      applyAction(world().world, k8sList, { ...nodePools, atLeast: 3 }),
    ).rejects.toMatchObject({ code: 'SELECTION_EMPTY' });
  });
});

describe('k8s.assert', () => {
  it('says which field has which value when it does not hold', async () => {
    const wrong = { ...nodePools, name: 'np-1', that: 'object.spec.replicas == 3' };
    await expect(applyAction(world().world, k8sAssert, wrong)).rejects.toMatchObject({
      code: 'ASSERTION_FAILED',
      message:
        'NodePool clusters/np-1: expected object.spec.replicas == 3, which is false; object.spec.replicas is 2',
    });
  });

  it('takes an expression over a field that is not there for a failure with advice', async () => {
    const wrong = { ...nodePools, name: 'np-1', that: "object.spec.pausedUntil == 'true'" };
    await expect(applyAction(world().world, k8sAssert, wrong)).rejects.toMatchObject({
      code: 'ASSERTION_FAILED',
      hint: expect.stringContaining('has('),
    });
  });

  it('tells presence, absence and the one that is missing', async () => {
    const named = { ...nodePools, names: ['np-1', 'np-9'] };
    await expect(applyAction(world().world, k8sAssert, named)).rejects.toMatchObject({
      message: expect.stringContaining('np-9 not found'),
    });
    const forbidden = { ...nodePools, all: true, presence: 'forbidden' };
    await expect(applyAction(world().world, k8sAssert, forbidden)).rejects.toMatchObject({
      message: expect.stringContaining('found 2: NodePool clusters/np-1'),
    });
    const unserved = { target: 'source', apiVersion: 'x.example.com/v1', kind: 'X', all: true };
    expect(
      await applyAction(world().world, k8sAssert, { ...unserved, presence: 'forbidden' }),
    ).toEqual({ found: 0 });
  });

  it('names every kind that is not served and every permission that is missing', async () => {
    const { kube, world: made } = world();
    const serves = [
      { apiVersion: hypershift, kind: 'NodePool' },
      { apiVersion: 'x.example.com/v1', kind: 'X' },
    ];
    await expect(applyAction(made, k8sAssert, { target: 'source', serves })).rejects.toMatchObject({
      message: 'The server does not serve x.example.com/v1 X',
    });
    kube.denies = ({ verb }) => verb === 'delete';
    const may = ['get', 'delete'].map((verb) => ({ verb, apiVersion: 'v1', kind: 'Secret' }));
    await expect(applyAction(made, k8sAssert, { target: 'source', may })).rejects.toMatchObject({
      message: 'The caller may not delete Secret (v1)',
    });
  });

  it('may ask for the version that another target prefers, and says which one is served instead', async () => {
    expect(await asserted(['v1beta1'], ['v1beta2', 'v1beta1'])).toEqual({ found: 0 });
    await expect(asserted(['v1beta1'], ['v1beta2'])).rejects.toMatchObject({
      code: 'ASSERTION_FAILED',
      message:
        'The server does not serve cluster.x-k8s.io/v1beta1 Machine (but cluster.x-k8s.io/v1beta2)',
    });
    await expect(asserted(['v1beta2', 'v1beta1'], ['v1beta1'])).rejects.toMatchObject({
      message:
        'The server does not serve cluster.x-k8s.io/v1beta2 Machine (but cluster.x-k8s.io/v1beta1)',
    });
  });

  it('refuses to assert nothing, and two selections at once', async () => {
    await expect(applyAction(world().world, k8sAssert, { target: 'source' })).rejects.toMatchObject(
      { code: 'PARAMS_INVALID' },
    );
    await expect(
      applyAction(world().world, k8sAssert, { ...nodePools, name: 'np-1', all: true }),
    ).rejects.toMatchObject({ message: 'Selected in two ways: name and all' });
  });

  it('as a planned step says how it is now instead of refusing the plan', async () => {
    const planned = await planAction(world().world, k8sAssert, {
      ...nodePools,
      name: 'np-1',
      that: 'object.spec.replicas == 3',
    });
    expect(planned.changes).toEqual([{ kind: 'none', because: 'does not hold now' }]);
  });
});

function servesMachines(versions: readonly string[]): FakeKube {
  const group = 'cluster.x-k8s.io';
  return new FakeKube({
    kinds: [{ group, versions, kind: 'Machine', plural: 'machines', namespaced: true }],
  });
}

/** Of a destination, that it serves what is exported from a source; both with the preferred version first. */
async function asserted(
  source: readonly string[],
  destination: readonly string[],
): Promise<unknown> {
  const kube = { source: servesMachines(source), destination: servesMachines(destination) };
  return applyAction(new World({ kube }), k8sAssert, {
    target: 'destination',
    serves: [{ apiVersion: 'cluster.x-k8s.io/*', kind: 'Machine', versionOf: 'source' }],
  });
}
