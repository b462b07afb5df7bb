/*
 * Strategic merge patch: the directives, on the built-in kinds' merge keys.
 */
import { describe, expect, it } from 'vitest';
import { builtinResources } from '../../../../src/lab/kube/builtin-resources.ts';
import type { JsonObject } from '../../../../src/lab/kube/objects.ts';
import { strategicMergePatch } from '../../../../src/lab/kube/patch/strategic.ts';
import { viewOf } from '../../../../src/lab/kube/type-view.ts';

function patched(kind: string, object: JsonObject, patch: JsonObject): JsonObject {
  const type = builtinResources.find((each) => each.kind === kind);
  if (type === undefined) throw new Error(`no built-in kind ${kind}`);
  return strategicMergePatch(object, patch, viewOf(type));
}

describe('strategic merge patch', () => {
  it('deletes a list item by its merge key, and passes over one that is not there', () => {
    const pod = { spec: { volumes: [{ name: 'a' }, { name: 'b' }] } };
    const volumes = [
      { name: 'a', $patch: 'delete' },
      { name: 'z', $patch: 'delete' },
    ];
    expect(patched('Pod', pod, { spec: { volumes } })).toEqual({
      spec: { volumes: [{ name: 'b' }] },
    });
  });

  it('replaces a list or a map when told to', () => {
    const pod = { spec: { volumes: [{ name: 'a' }], nodeSelector: { a: '1' } } };
    const patch = {
      spec: {
        volumes: [{ name: 'b' }, { $patch: 'replace' }],
        nodeSelector: { $patch: 'replace', b: '2' },
      },
    };
    expect(patched('Pod', pod, patch)).toEqual({
      spec: { volumes: [{ name: 'b' }], nodeSelector: { b: '2' } },
    });
  });

  it('keeps only the named keys of a map', () => {
    const deployment = {
      spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    };
    const strategy = { $retainKeys: ['type'], type: 'Recreate' };
    expect(patched('Deployment', deployment, { spec: { strategy } })).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  it('removes from a list of primitives, and puts what it adds first', () => {
    const object = { metadata: { finalizers: ['a', 'b'] } };
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] } };
    expect(patched('ConfigMap', object, patch)).toEqual({ metadata: { finalizers: ['c', 'b'] } });
  });

  it('orders merged items as the client has them', () => {
    const pod = { spec: { containers: [{ name: 'a' }, { name: 'b' }] } };
    const patch = {
      spec: {
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
        containers: [{ name: 'c' }],
      },
    };
    expect(patched('Pod', pod, patch)).toEqual({
      spec: { containers: [{ name: 'c' }, { name: 'b' }, { name: 'a' }] },
    });
  });

  it('replaces lists that have no merge key', () => {
    const pod = { spec: { tolerations: [{ key: 'a' }] } };
    const patch = { spec: { tolerations: [{ key: 'b' }] } };
    expect(patched('Pod', pod, patch)).toEqual(patch);
  });

  it('refuses a list item without its merge key', () => {
    const patch = { spec: { containers: [{ image: 'x' }] } };
    expect(() => patched('Pod', { spec: { containers: [] } }, patch)).toThrow(
      'does not contain declared merge key: name',
    );
  });
});
