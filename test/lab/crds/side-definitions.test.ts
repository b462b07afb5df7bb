// Which definitions each side gets: real ones in place of the lab's own, and Cluster API in the versions of its release.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError, startLab } from '../../../src/lab/index.ts';
import {
  managementDefinitions,
  type ResourceDefinition,
} from '../../../src/lab/world/definitions.ts';
import { definitionsFor } from '../../../src/lab/world/side-definitions.ts';

function machines(versions: readonly string[]): ResourceDefinition {
  const schema = { openAPIV3Schema: { type: 'object' } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'machines.cluster.x-k8s.io' },
    spec: {
      group: 'cluster.x-k8s.io',
      scope: 'Namespaced',
      names: { kind: 'Machine', plural: 'machines' },
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === versions.length - 1,
        deprecated: i < versions.length - 1,
        schema,
      })),
    },
  };
}

const endpoint = { url: 'https://127.0.0.1:1/convert', ca: 'PEM' };
const real = new Map([['machines.cluster.x-k8s.io', machines(['v1beta1', 'v1beta2'])]]);

function machinesOf(
  side: 'source' | 'destination',
  newer: boolean,
): ResourceDefinition | undefined {
  const newerDestination = newer ? endpoint : undefined;
  return definitionsFor(side, { real, newerDestination }).find(
    ({ metadata }) => metadata.name === 'machines.cluster.x-k8s.io',
  );
}

const olderOnly = [{ name: 'v1beta1', served: true, storage: true }];

describe('definitions of a side', () => {
  it('are the lab’s own where no real ones are given, and keep those that the real ones leave out', () => {
    const own = managementDefinitions();
    expect(definitionsFor('source', { real: undefined, newerDestination: undefined })).toEqual(own);
    const names = definitionsFor('source', { real, newerDestination: undefined }).map(
      ({ metadata }) => metadata.name,
    );
    expect(names.toSorted()).toEqual(own.map(({ metadata }) => metadata.name).toSorted());
  });

  it('serve and store Cluster API in the version that the operators speak, not yet deprecated', () => {
    for (const found of [
      machinesOf('source', false),
      machinesOf('destination', false),
      machinesOf('source', true),
    ]) {
      expect(found?.spec['versions']).toMatchObject(olderOnly);
      expect(found?.spec['versions']).not.toHaveProperty('0.deprecated');
      expect(found?.spec).not.toHaveProperty('conversion');
    }
  });

  it('of a newer destination serve both, with the webhook between them', () => {
    expect(machinesOf('destination', true)?.spec).toMatchObject({
      versions: [
        { name: 'v1beta1', served: true, storage: false, deprecated: true },
        { name: 'v1beta2', served: true, storage: true },
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig: { url: endpoint.url, caBundle: 'UEVN' } },
      },
    });
  });

  it('of a newer destination need real ones, and a lab says so before it starts', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'drctl-lab-test-'));
    const started = startLab({ dir, newerDestination: true });
    await expect(started).rejects.toThrow(LabError);
    await expect(started).rejects.toThrow('needs the real definitions');
    await rm(dir, { recursive: true });
  });
});
