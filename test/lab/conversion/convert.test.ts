// Cluster API objects between their two versions: nothing that a lab or HyperShift uses is lost on a way and back, and
// what comes out is valid in its version.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert, DATA_ANNOTATION } from '../../../src/lab/conversion/convert.ts';
import { durationOf, secondsOf } from '../../../src/lab/conversion/durations.ts';
import { removeAt, textOf, valueAt, type JsonMap } from '../../../src/lab/conversion/paths.ts';
import { answerReview } from '../../../src/lab/conversion/review.ts';
import { schemaErrors } from '../../../src/lab/kube/schema-errors.ts';
import { pruneUnknownFields } from '../../../src/lab/kube/structural-schema.ts';
import type { JsonObject } from '../../../src/lab/kube/objects.ts';
import type { SchemaNode } from '../../../src/lab/kube/schema-node.ts';
import { loadDefinitions, type Definitions } from '../../../src/lab/world/load-definitions.ts';
import { realCrds, withoutCrds } from '../crds/real-crds.ts';
import { newerObjects, olderObjects } from './objects.ts';

const older = 'cluster.x-k8s.io/v1beta1';
const newer = 'cluster.x-k8s.io/v1beta2';

function withoutKept(object: JsonMap): JsonMap {
  const copy = structuredClone(object);
  const annotations = valueAt(copy, 'metadata.annotations') as JsonMap;
  delete annotations[DATA_ANNOTATION];
  return copy;
}

describe('converting', () => {
  it('up and down again gives the same object, but for the annotation that keeps the newer one', () => {
    fc.assert(
      fc.property(olderObjects, (object) => {
        expect(withoutKept(convert(convert(object, newer), older))).toEqual(object);
      }),
    );
  });

  it('down and up again gives the same object', () => {
    fc.assert(
      fc.property(newerObjects, (object) => {
        expect(convert(convert(object, older), newer)).toEqual(object);
      }),
    );
  });

  it('takes what an older client changed, not what the annotation has of it', () => {
    const machine = {
      apiVersion: newer,
      kind: 'Machine',
      metadata: { name: 'one', namespace: 'ns' },
      spec: { minReadySeconds: 5, providerID: 'a', deletion: { nodeDrainTimeoutSeconds: 10 } },
    };
    const seen = convert(machine, older);
    const changed = { ...seen, spec: { ...(seen['spec'] as JsonMap), providerID: 'b' } };
    removeAt(changed, 'spec.nodeDrainTimeout');
    expect(convert(changed, newer)['spec']).toEqual({ minReadySeconds: 5, providerID: 'b' });
  });

  it('leaves its argument as it is', () => {
    fc.assert(
      fc.property(olderObjects, (object) => {
        const before = structuredClone(object);
        convert(object, newer);
        expect(object).toEqual(before);
      }),
    );
  });

  it.each([
    ['1h30m', 5400],
    ['90s', 90],
    ['1.5h', 5400],
    ['500ms', 0],
    ['0', 0],
  ])('reads the duration %s as %i seconds', (text, expected) => {
    expect(secondsOf(text)).toBe(expected);
  });

  it('writes durations as Go does', () => {
    expect([0, 59, 600, 3600, 3661].map(durationOf)).toEqual([
      '0s',
      '59s',
      '10m0s',
      '1h0m0s',
      '1h1m1s',
    ]);
  });
});

function review(objects: readonly unknown[]): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    request: { uid: 'one', desiredAPIVersion: newer, objects },
  };
}

describe('a review', () => {
  const machine = { apiVersion: older, kind: 'Machine', metadata: { name: 'a' }, spec: {} };

  it('answers all objects in their order, with its uid', () => {
    const other = { ...machine, metadata: { name: 'b' } };
    expect(answerReview(review([machine, other]))).toMatchObject({
      response: {
        uid: 'one',
        result: { status: 'Success' },
        convertedObjects: [
          { apiVersion: newer, metadata: { name: 'a' } },
          { apiVersion: newer, metadata: { name: 'b' } },
        ],
      },
    });
  });

  it.each([
    ['a kind that is not converted', { ...machine, kind: 'MachinePool' }, 'MachinePool cannot'],
    [
      'a topology',
      { ...machine, kind: 'Cluster', spec: { topology: { class: 'x' } } },
      'Cluster a has a topology',
    ],
    [
      'a duration that is none',
      { ...machine, spec: { nodeDrainTimeout: 'soon' } },
      '"soon" is no duration',
    ],
  ])('fails as a whole for %s, with the reason', (_what, object, message) => {
    expect(answerReview(review([machine, object]))).toMatchObject({
      response: {
        result: { status: 'Failure', message: expect.stringContaining(message) },
        convertedObjects: [],
      },
    });
  });

  it('in another form is none', () => {
    expect(answerReview({ ...review([]), apiVersion: 'apiextensions.k8s.io/v1beta1' })).toBe(
      undefined,
    );
    expect(answerReview('text')).toBe(undefined);
  });
});

function schemaOf(definitions: Definitions, object: JsonMap): SchemaNode {
  const plural = `${textOf(object['kind']).toLowerCase()}s.cluster.x-k8s.io`;
  const versions = definitions.get(plural)?.spec['versions'] as readonly {
    readonly name: string;
    readonly schema: { readonly openAPIV3Schema: SchemaNode };
  }[];
  const version = versions.find(({ name }) => `cluster.x-k8s.io/${name}` === object['apiVersion']);
  if (version === undefined) throw new Error(`no schema for ${textOf(object['apiVersion'])}`);
  return version.schema.openAPIV3Schema;
}

describe.skipIf(withoutCrds)('with the real definitions', () => {
  it.each([
    ['older', olderObjects, newer],
    ['newer', newerObjects, older],
  ] as const)('what comes of a valid %s object is valid', async (_which, objects, desired) => {
    const definitions = await loadDefinitions(realCrds);
    fc.assert(
      fc.property(objects, (object) => {
        const before = schemaOf(definitions, object);
        expect(schemaErrors(object, before)).toEqual([]);
        const converted = convert(object, desired);
        const schema = schemaOf(definitions, converted);
        expect(pruneUnknownFields(structuredClone(converted) as JsonObject, schema)).toEqual([]);
        expect(schemaErrors(converted, schema)).toEqual([]);
      }),
    );
  });
});
