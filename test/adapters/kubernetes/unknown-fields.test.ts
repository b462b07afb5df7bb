// A field that the server's own definition of a kind does not have: an older destination would drop it in silence, and what
// was restored there would not be what was exported. Every way of writing refuses it, names it, and changes nothing.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { connect, startEmbedded, startReal } from '../../faults/kubernetes-servers.ts';
import type { Server } from '../../faults/kubernetes-servers.ts';
import { areMissing } from '../../lab/envtest/real-servers.ts';
import { START_LIMIT_MS } from './real-clusters.ts';

const { signal } = new AbortController();
const kind = { apiVersion: 'example.com/v1', kind: 'Gadget' };
const gadget = (name: string, spec: Record<string, string | Record<string, string>>) => ({
  ...kind,
  metadata: { name, namespace: 'default' },
  spec,
});
const options = { fieldManager: 'drctl', force: false, signal };

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'string' },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Servers before 1.25 drop the field whatever they are told; only server-side apply refuses it there. */
async function isOld(kube: KubeTarget): Promise<boolean> {
  const [, minor] = (await kube.reader.version(signal)).split('.');
  return Number(minor) < 25;
}

const worlds = [
  { title: 'the embedded server', start: startEmbedded, skip: false },
  {
    title: 'a real server (skipped where its programs are absent)',
    start: startReal,
    skip: areMissing,
  },
];

describe.each(worlds)('a field that the kind does not have, on $title', ({ start, skip }) => {
  describe.skipIf(skip)('is refused', () => {
    let server: Server;
    let kube: KubeTarget;
    const ref = { ...kind, namespace: 'default', name: 'there' };

    beforeAll(async () => {
      server = await start();
      kube = await connect(server.kubeconfig);
      await kube.client.create(definition, signal);
      await vi.waitFor(() => kube.client.create(gadget('there', { size: 's' }), signal), 20_000);
    }, START_LIMIT_MS);
    afterAll(async () => {
      kube.close();
      await server.close();
    });

    const refused = {
      code: 'CLIENT_INVALID',
      retryable: false,
      message: expect.stringContaining('colour') as string,
      hint: expect.stringContaining('older or newer release') as string,
    };
    const wrong = gadget('new', { size: 's', colour: 'red' });

    it('by create', async () => {
      const isDropped = await isOld(kube);
      const outcome = await kube.client.create(wrong, signal).catch((error: unknown) => error);
      expect(outcome).toMatchObject(isDropped ? { spec: { size: 's' } } : refused);
      const there = await kube.client.get({ ...ref, name: 'new' }, signal);
      expect(there?.['spec']).toEqual(isDropped ? { size: 's' } : undefined);
    });

    it('by apply and by its preview', async () => {
      const another = gadget('another', wrong.spec);
      await expect(kube.client.apply(another, options)).rejects.toMatchObject(refused);
      await expect(kube.client.preview(another, options)).rejects.toMatchObject(refused);
      expect(await kube.client.get({ ...ref, name: 'another' }, signal)).toBeUndefined();
    });

    it('by a patch', async () => {
      const isDropped = await isOld(kube);
      const patch = { spec: { colour: 'red', size: 'l' } };
      const outcome = await kube.client
        .patch(ref, { type: 'merge', patch, signal })
        .catch((error: unknown) => error);
      expect(outcome).toMatchObject(isDropped ? { spec: { size: 'l' } } : refused);
      const there = await kube.client.get(ref, signal);
      expect(there?.['spec']).toEqual({ size: isDropped ? 'l' : 's' });
    });

    it('but what the kind leaves open is written as it is', async () => {
      const patch = { spec: { size: 's', free: { colour: 'red' } } };
      const patched = await kube.client.patch(ref, { type: 'merge', patch, signal });
      expect(patched['spec']).toEqual({ size: 's', free: { colour: 'red' } });
    });
  });
});
