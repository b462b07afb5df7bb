// What k8s.assert says when something does not hold: what was expected, which objects are otherwise, and what was read.

import { describe, expect, it } from 'vitest';
import { k8sAssert } from '../../../src/actions/k8s/assert.ts';
import {
  conjunctsOf,
  fieldsOf,
  macroOver,
} from '../../../src/actions/k8s/support/expression-parts.ts';
import type { JsonObject } from '../../../src/engine/index.ts';
import { applyAction } from '../../fakes/carry-out.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { kubeObject, nodePool, secret } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';

const external = (args: readonly string[]) =>
  kubeObject('apps/v1', 'Deployment', 'hypershift/external-dns', {
    metadata: { annotations: { 'example.com/note': 'old' } },
    spec: { template: { spec: { containers: [{ args }] } } },
  });

function world() {
  const source = new FakeKube().seed(
    ...Array.from({ length: 6 }, (_none, index) =>
      nodePool(`clusters/np-${index}`, { clusterName: 'prod', replicas: index }),
    ),
    external(['--provider=aws', '--txt-owner-id=one']),
    secret('clusters/pull', { token: 'c2VjcmV0' }),
  );
  const destination = new FakeKube().seed(external(['--provider=aws', '--txt-owner-id=two']));
  return new World({ kube: { source, destination } });
}

const pools = {
  target: 'source',
  apiVersion: 'hypershift.openshift.io/v1beta1',
  kind: 'NodePool',
  namespace: 'clusters',
};
const dns = {
  target: 'destination',
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'hypershift',
  name: 'external-dns',
};
const dnsOfSource = { source: { ...dns, target: 'source' } };
const owner = (of: string) =>
  `${of}.spec.template.spec.containers[0].args.filter(a, a.startsWith('--txt-owner-id='))`;

async function saidOf(params: JsonObject): Promise<string> {
  const error = await applyAction(world(), k8sAssert, params).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : 'it holds';
}

describe('an assertion that does not hold', () => {
  it('shows only the part that fails, with the value that was read', async () => {
    const that = `has(object.spec) && '--provider=aws' in object.spec.template.spec.containers[0].args &&
      '--registry=txt' in object.spec.template.spec.containers[0].args`;
    expect(await saidOf({ ...dns, that })).toBe(
      'Deployment hypershift/external-dns: expected \'--registry=txt\' in object.spec.template.spec.containers[0].args, which is false; object.spec.template.spec.containers[0].args is ["--provider=aws","--txt-owner-id=two"]',
    );
  });

  it('shows of a map the key that was asked for', async () => {
    const that = "!('example.com/note' in object.metadata.annotations)";
    expect(await saidOf({ ...dns, that })).toBe(
      "Deployment hypershift/external-dns: expected !('example.com/note' in object.metadata.annotations), which is false; object.metadata.annotations['example.com/note'] is \"old\"",
    );
  });

  it('names the objects that are otherwise, at most four, each with what was read', async () => {
    expect(await saidOf({ ...pools, all: true, that: 'objects.all(o, o.spec.replicas < 1)' })).toBe(
      'NodePool in clusters: expected of each o: o.spec.replicas < 1, found 5 of 6 otherwise: NodePool clusters/np-1 (o.spec.replicas is 1), NodePool clusters/np-2 (o.spec.replicas is 2), NodePool clusters/np-3 (o.spec.replicas is 3), NodePool clusters/np-4 (o.spec.replicas is 4) … and 1 more',
    );
  });

  it('names them also where some of them lack the field', async () => {
    expect(await saidOf({ ...pools, all: true, that: 'objects.all(o, o.spec.paused)' })).toContain(
      'found 6 of 6 otherwise: NodePool clusters/np-0 (o.spec.paused is absent)',
    );
  });

  it('says that none is as wanted', async () => {
    const that = 'objects.exists(o, o.spec.replicas > 8)';
    expect(await saidOf({ ...pools, names: ['np-1', 'np-2'], that })).toBe(
      'NodePool clusters/np-1, clusters/np-2: expected one with o.spec.replicas > 8, found 2 without it: NodePool clusters/np-1 (o.spec.replicas is 1), NodePool clusters/np-2 (o.spec.replicas is 2)',
    );
    const none = { ...pools, all: true, where: 'false', presence: 'optional', that };
    expect(await saidOf(none)).toContain('found no object');
  });

  it('never shows the data of a Secret', async () => {
    const secrets = { target: 'source', apiVersion: 'v1', kind: 'Secret', namespace: 'clusters' };
    const said = [
      await saidOf({ ...secrets, name: 'pull', that: "object.data.token == 'x'" }),
      await saidOf({ ...secrets, all: true, that: "objects.all(o, o.data.token == 'x')" }),
      await saidOf({
        ...dns,
        others: { pull: { ...secrets, name: 'pull' } },
        that: 'others.pull.data.token == object.metadata.name',
      }),
    ];
    expect(said.join()).not.toContain('c2VjcmV0');
    expect(said.join()).toContain('others.pull.data.token is "sha256:');
  });
});

describe('others', () => {
  it('are compared with, also those of another cluster', async () => {
    const differ = `${owner('object')} != ${owner('others.source')}`;
    expect(await saidOf({ ...dns, others: dnsOfSource, that: differ })).toBe('it holds');
    const same = `${owner('object')} == ${owner('others.source')}`;
    expect(await saidOf({ ...dns, others: dnsOfSource, that: same })).toContain(
      'others.source.spec.template.spec.containers[0].args is ["--provider=aws","--txt-owner-id=one"]',
    );
  });

  it('that are named must be there: with what is absent nothing agrees', async () => {
    const others = { source: { ...dnsOfSource.source, name: 'internal-dns' } };
    expect(await saidOf({ ...dns, others, that: 'true' })).toBe(
      'Deployment hypershift/internal-dns of source: internal-dns not found',
    );
  });

  it('are a list where they are not named', async () => {
    const others = { pools: { ...pools, all: true } };
    expect(await saidOf({ ...dns, others, that: 'size(others.pools) == 6' })).toBe('it holds');
    expect(await saidOf({ ...dns, others, that: 'size(others.pools) == 7' })).toContain(
      'others.pools is 6: np-0, np-1, np-2, np-3 … and 2 more',
    );
  });
});

describe('the parts of an expression', () => {
  it.each([
    ["a && b.c('x && y') && (d || e)", ['a', "b.c('x && y')", '(d || e)']],
    ['a || b && c', ['a || b && c']],
    ["a ? b && c : d == '?'", ["a ? b && c : d == '?'"]],
    ['objects.all(o,\n  o.a &&\n  o.b)', ['objects.all(o, o.a && o.b)']],
    ["a == '(' && b", ["a == '('", 'b']],
  ])('%s', (expression, parts) => {
    expect(conjunctsOf(expression)).toEqual(parts);
  });

  it('tells a condition on each object from anything longer', () => {
    expect(macroOver('objects', ' objects.all(o, o.x == [1, 2]) ')).toEqual({
      macro: 'all',
      variable: 'o',
      condition: 'o.x == [1, 2]',
    });
    expect(macroOver('objects', 'objects.all(o, o.x) == objects.all(o, o.y)')).toBeUndefined();
    expect(macroOver('objects', 'size(objects) > 0')).toBeUndefined();
  });

  it('names each field once, the longest way to it, and no function', () => {
    const expression =
      "has(o.spec.a) && o.spec.a['b/c'] == 'x' && o.list.exists(l, l.o.z) && 'k' in o.map && foo.o.x";
    expect(fieldsOf('o', expression).map(({ text }) => text)).toEqual([
      "o.spec.a['b/c']",
      'o.list',
      "o.map['k']",
    ]);
  });
});
