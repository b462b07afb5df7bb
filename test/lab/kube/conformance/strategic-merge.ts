/*
 * Part of the conformance suite. Strategic merge patches: the lists that recoveries touch, each by its own key, and the
 * directives.
 */
import { describe, expect, it } from 'vitest';
import { strategic, type Body } from '../rest.ts';
import { configMap, deployment, type SuiteContext } from './context.ts';

const podLists: readonly (readonly [
  list: string,
  before: object[],
  patch: object[],
  after: object[],
])[] = [
  [
    'tolerations',
    [{ key: 'a', operator: 'Exists' }],
    [{ key: 'b', operator: 'Exists' }],
    [{ key: 'b', operator: 'Exists' }],
  ],
  [
    'volumes',
    [{ name: 'a', emptyDir: {} }],
    [{ name: 'b', emptyDir: {} }],
    [
      { name: 'b', emptyDir: {} },
      { name: 'a', emptyDir: {} },
    ],
  ],
  ['imagePullSecrets', [{ name: 'a' }], [{ name: 'b' }], [{ name: 'b' }, { name: 'a' }]],
  [
    'hostAliases',
    [{ ip: '10.0.0.1', hostnames: ['a'] }],
    [{ ip: '10.0.0.2', hostnames: ['b'] }],
    [
      { ip: '10.0.0.2', hostnames: ['b'] },
      { ip: '10.0.0.1', hostnames: ['a'] },
    ],
  ],
];

const containerLists: readonly (readonly [
  list: string,
  before: object[],
  patch: object[],
  after: object[],
])[] = [
  [
    'env',
    [{ name: 'A', value: '1' }],
    [
      { name: 'A', value: '2' },
      { name: 'B', value: '3' },
    ],
    [
      { name: 'A', value: '2' },
      { name: 'B', value: '3' },
    ],
  ],
  [
    'env',
    [{ name: 'A', value: '1' }],
    [
      { name: 'A', $patch: 'delete' },
      { name: 'B', value: '3' },
    ],
    [{ name: 'B', value: '3' }],
  ],
  [
    'ports',
    [{ containerPort: 1 }],
    [{ containerPort: 2 }],
    [{ containerPort: 2 }, { containerPort: 1 }],
  ],
  ['args', [], ['a', 'b'] as unknown as object[], ['a', 'b'] as unknown as object[]],
  [
    'envFrom',
    [{ secretRef: { name: 'a' } }],
    [{ secretRef: { name: 'b' } }],
    [{ secretRef: { name: 'b' } }],
  ],
];

function owner(uid: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid };
}

export function describeStrategicMerge(suite: SuiteContext): void {
  const { kube, core, deployments, create } = suite;
  let made = 0;

  async function patched(path: string, patch: object): Promise<Body> {
    const options = { body: patch, contentType: strategic };
    const { code, body } = await kube.call('PATCH', path, options);
    expect([code, body['message']]).toEqual([200, undefined]);
    return body;
  }
  async function patchedPod(container: object, pod: object, patch: object): Promise<Body> {
    const name = `merged-${(made += 1)}`;
    const object = deployment(name, container) as { spec: { template: { spec: object } } };
    Object.assign(object.spec.template.spec, pod);
    await create(deployments, object);
    const body = await patched(`${deployments}/${name}`, { spec: { template: { spec: patch } } });
    return body['spec']?.['template']?.['spec'] ?? {};
  }

  describe('strategic merge patches', () => {
    it.each(podLists)('merge the %s of a pod', async (list, before, patch, after) => {
      const spec = await patchedPod({}, { [list]: before }, { [list]: patch });
      expect(spec[list]).toMatchObject(after);
      expect(spec[list]).toHaveLength(after.length);
    });

    it.each(containerLists)('merge the %s of a container', async (list, before, patch, after) => {
      const containers = [{ name: 'main', [list]: patch }];
      const spec = await patchedPod({ [list]: before }, {}, { containers });
      const [container] = (spec['containers'] ?? []) as unknown as Record<string, object[]>[];
      expect(container?.[list]).toMatchObject(after);
      expect(container?.[list]).toHaveLength(after.length);
    });

    it('keep the order that the client names', async () => {
      const second = { name: 'second', image: 'img:2' };
      const spec = await patchedPod(
        {},
        {},
        {
          containers: [second],
          '$setElementOrder/containers': [{ name: 'main' }, { name: 'second' }],
        },
      );
      expect(spec['containers']).toMatchObject([{ name: 'main' }, { name: 'second' }]);
    });

    it('replace a list that says so', async () => {
      const second = { name: 'second', image: 'img:2' };
      const spec = await patchedPod({}, {}, { containers: [{ $patch: 'replace' }, second] });
      expect(spec['containers']).toMatchObject([{ name: 'second' }]);
      expect(spec['containers']).toHaveLength(1);
    });

    it('keep of a union only what the client names', async () => {
      const volumes = [{ name: 'v', secret: { secretName: 's' } }];
      const change = { name: 'v', $retainKeys: ['name', 'emptyDir'], emptyDir: {} };
      const spec = await patchedPod({}, { volumes }, { volumes: [change] });
      expect(spec['volumes']).toEqual([{ name: 'v', emptyDir: {} }]);
    });

    it('merge the ports of a service by number, and finalizers as a set', async () => {
      await create(`${core}/services`, {
        metadata: { name: 'merged', finalizers: ['lab.example.com/a'] },
        spec: { ports: [{ name: 'a', port: 80 }] },
      });
      const body = await patched(`${core}/services/merged`, {
        metadata: { finalizers: ['lab.example.com/b', 'lab.example.com/a'] },
        spec: { ports: [{ name: 'b', port: 81 }] },
      });
      expect(body['spec']?.['ports']).toMatchObject([{ port: 81 }, { port: 80 }]);
      expect(body['metadata']?.['finalizers']).toEqual(['lab.example.com/b', 'lab.example.com/a']);
      const less = await patched(`${core}/services/merged`, {
        metadata: { '$deleteFromPrimitiveList/finalizers': ['lab.example.com/b'] },
      });
      expect(less['metadata']?.['finalizers']).toEqual(['lab.example.com/a']);
      await patched(`${core}/services/merged`, { metadata: { finalizers: null } });
    });

    it('merge owner references by uid', async () => {
      await create(
        `${core}/configmaps`,
        configMap('owned-by', {}, { ownerReferences: [owner('a')] }),
      );
      const body = await patched(`${core}/configmaps/owned-by`, {
        metadata: { ownerReferences: [owner('b'), { uid: 'a', $patch: 'delete' }] },
      });
      expect(body['metadata']?.['ownerReferences']).toEqual([owner('b')]);
    });
  });
}
