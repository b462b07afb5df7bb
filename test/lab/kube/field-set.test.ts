/*
 * Field sets: what managedFields is made of. Laws that must hold for any object.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinResources } from '../../../src/lab/kube/builtin-resources.ts';
import {
  compareFields,
  difference,
  fieldsOf,
  fromFieldsV1,
  isEmptySet,
  readablePaths,
  toFieldsV1,
  union,
} from '../../../src/lab/kube/field-set.ts';
import type { JsonObject } from '../../../src/lab/kube/objects.ts';
import { mergeConfig, removeFields } from '../../../src/lab/kube/patch/apply.ts';
import { viewOf, type TypeView } from '../../../src/lab/kube/type-view.ts';

const type = builtinResources.find(({ kind }) => kind === 'Pod');
const view: TypeView = viewOf(type ?? builtinResources[0]!);

const container = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c'),
    image: fc.constantFrom('x', 'y'),
    env: fc.uniqueArray(
      fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constantFrom('1', '2') }),
      { selector: ({ name }) => name },
    ),
  },
  { requiredKeys: ['name'] },
);
const pods: fc.Arbitrary<JsonObject> = fc.record({
  metadata: fc.record({
    labels: fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.constantFrom('1', '2')),
  }),
  spec: fc.record({
    containers: fc.uniqueArray(container, { selector: ({ name }) => name }),
    tolerations: fc.array(fc.record({ key: fc.constantFrom('t', 'u') })),
  }),
});

describe('field sets', () => {
  it('survive being written as FieldsV1 and read back', () => {
    fc.assert(
      fc.property(pods, (pod) => {
        const set = fieldsOf(pod, view);
        expect(toFieldsV1(fromFieldsV1(toFieldsV1(set)))).toEqual(toFieldsV1(set));
      }),
    );
  });

  it('find no change between an object and itself, and some between different ones', () => {
    fc.assert(
      fc.property(pods, pods, (one, two) => {
        const same = compareFields(one, structuredClone(one), view);
        expect(isEmptySet(union(same.written, same.removed))).toBe(true);
        const changed = compareFields(one, mergeConfig(one, two, view), view);
        expect(
          readablePaths(difference(changed.written, fieldsOf(two, view, { withContainers: true }))),
        ).toEqual([]);
      }),
    );
  });

  it('take away exactly what a manager added, when nobody else owns it', () => {
    fc.assert(
      fc.property(pods, pods, (base, added) => {
        const merged = mergeConfig(base, added, view);
        const kept = removeFields(merged, fieldsOf(added, view), fieldsOf(base, view), view);
        const { written, removed } = compareFields(base, kept, view);
        expect(readablePaths(removed)).toEqual([]);
        expect(
          readablePaths(difference(written, fieldsOf(base, view, { withContainers: true }))),
        ).toEqual([]);
      }),
    );
  });

  it('name a field as people read it', () => {
    const pod = {
      spec: { containers: [{ name: 'a', image: 'x' }] },
      metadata: { finalizers: ['f'] },
    };
    expect(readablePaths(fieldsOf(pod, view))).toEqual([
      '.metadata.finalizers[="f"]',
      '.spec.containers[name="a"]',
      '.spec.containers[name="a"].image',
      '.spec.containers[name="a"].name',
    ]);
  });
});
