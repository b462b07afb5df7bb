// Plans on servers that have definitions with rules and defaults, embedded and real: what the server would refuse is found
// while planning, in its words, and what a plan shows is what then happens.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { k8sApply } from '../../../src/actions/k8s/apply.ts';
import { k8sPatch } from '../../../src/actions/k8s/patch.ts';
import { k8sRestore } from '../../../src/actions/k8s/restore.ts';
import type { Action, JsonObject } from '../../../src/engine/index.ts';
import type { DrPorts, KubeObject } from '../../../src/actions/ports.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { START_LIMIT_MS } from '../../adapters/kubernetes/real-clusters.ts';
import { applyAction, planAction } from '../../fakes/carry-out.ts';
import { kubeObject, secret } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import { connect, startEmbedded, startReal } from '../../faults/kubernetes-servers.ts';
import type { Server } from '../../faults/kubernetes-servers.ts';
import { areMissing } from '../../lab/envtest/real-servers.ts';
import { exportObjects } from '../laws/exported-world.ts';

const { signal } = new AbortController();
const apiVersion = 'example.com/v1';
const gadget = (name: string, spec: JsonObject): KubeObject =>
  kubeObject(apiVersion, 'Gadget', `default/${name}`, { spec });
const onGadget = (name: string) => ({
  target: 'here',
  apiVersion,
  kind: 'Gadget',
  namespace: 'default',
  name,
});

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
                  size: { type: 'integer', maximum: 9 },
                  mode: { type: 'string', default: 'auto' },
                  zone: {
                    type: 'string',
                    'x-kubernetes-validations': [
                      { rule: 'self == oldSelf', message: 'the zone cannot change' },
                    ],
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const gadgetKind = {
  group: 'example.com',
  versions: ['v1'],
  kind: 'Gadget',
  plural: 'gadgets',
  namespaced: true,
};

/** Servers before 1.25 have no rules in CEL. */
async function isBeforeRules(kube: KubeTarget): Promise<boolean> {
  const [, minor] = (await kube.reader.version(signal)).split('.');
  return Number(minor) < 25;
}

const servers = [
  { title: 'the embedded server', start: startEmbedded, skip: false },
  {
    title: 'a real server (skipped where its programs are absent)',
    start: startReal,
    skip: areMissing,
  },
];

describe.each(servers)('planning on $title', ({ start, skip }) => {
  describe.skipIf(skip)('tries changes', () => {
    let server: Server;
    let kube: KubeTarget;
    let world: World;

    beforeAll(async () => {
      server = await start();
      kube = await connect(server.kubeconfig);
      await kube.client.create(definition, signal);
      await vi.waitFor(() => kube.client.create(gadget('a', { size: 1 }), signal), 20_000);
      await kube.client.create(gadget('b', { size: 1, mode: 'slow', zone: 'one' }), signal);
      await kube.client.create(secret('default/s', { key: 'b2xkIHNlY3JldA==' }), signal);
      const [reader, client] = [async () => kube.reader, async () => kube.client];
      world = new World({ readers: { kube: reader }, clients: { kube: client } });
    }, START_LIMIT_MS);
    afterAll(async () => {
      kube.close();
      await server.close();
    });

    const refusal = async (action: Action<DrPorts>, params: JsonObject): Promise<unknown> =>
      planAction(world, action, params).catch((error: unknown) => error);

    it('of a patch, and says which rule refuses it, where the server has rules', async () => {
      const zone = { ...onGadget('b'), patch: { spec: { zone: 'two' } } };
      const refused = {
        code: 'CLIENT_INVALID',
        message: expect.stringContaining('the zone cannot change') as string,
      };
      const isOld = await isBeforeRules(kube);
      expect(await refusal(k8sPatch, zone)).toMatchObject(isOld ? { notes: [] } : refused);
    });

    it('of many patches, and says of every object what is wrong with it', async () => {
      const { name: _name, ...anyGadget } = onGadget('any');
      const size = { ...anyGadget, all: true, patch: { spec: { size: 10 } } };
      expect(await refusal(k8sPatch, size)).toMatchObject({
        code: 'CLIENT_INVALID',
        message: expect.stringMatching(/^2 objects would be refused: .*spec\.size.*; .*spec\.size/),
      });
    });

    it('of a patch, and shows the default that comes in place of what goes', async () => {
      const params = { ...onGadget('b'), patch: { spec: { mode: null } } };
      const { changes } = await planAction(world, k8sPatch, params);
      expect(changes).toMatchObject([
        { fields: [{ path: 'spec.mode', before: 'slow', after: 'auto' }] },
      ]);
      await applyAction(world, k8sPatch, params);
      const ref = { apiVersion, kind: 'Gadget', namespace: 'default', name: 'b' };
      const now = await kube.reader.get(ref, signal);
      expect(now?.['spec']).toEqual({ size: 1, mode: 'auto', zone: 'one' });
      expect((await planAction(world, k8sPatch, params)).changes).toMatchObject([{ kind: 'none' }]);
    });

    it('of a restore, and says of every object what is wrong with it', async () => {
      const kinds = [gadgetKind];
      await exportObjects(world, [gadget('big', { size: 10 }), gadget('odd', { mode: 5 })], {
        kinds,
      });
      const restored = { target: 'here', from: 'objects' };
      expect(await refusal(k8sRestore, restored)).toMatchObject({
        code: 'CLIENT_INVALID',
        message: expect.stringMatching(/^2 objects would be refused: .*spec\.size.*; .*spec\.mode/),
      });
      await exportObjects(world, [gadget('a', { size: 10 })], { kinds });
      expect(await refusal(k8sRestore, { ...restored, existing: 'update' })).toMatchObject({
        code: 'CLIENT_INVALID',
        message: expect.stringContaining('spec.size'),
      });
    });

    it('of a restore, makes nothing by it, and plans the same again', async () => {
      const objects = [gadget('new', { size: 2 }), secret('default/new', { key: 'bmV3' })];
      await exportObjects(world, objects, { kinds: [gadgetKind] });
      const restored = { target: 'here', from: 'objects' };
      const first = await planAction(world, k8sRestore, restored);
      expect(first).toMatchObject({ notes: [], warnings: [] });
      expect(first.changes).toMatchObject([
        { kind: 'create', on: { object: 'Secret default/new' } },
        {
          kind: 'create',
          on: { object: 'Gadget default/new' },
          fields: [{ path: 'spec.size', after: 2 }],
        },
      ]);
      expect((await planAction(world, k8sRestore, restored)).changes).toEqual(first.changes);
      const ref = { apiVersion, kind: 'Gadget', namespace: 'default', name: 'new' };
      expect(await kube.reader.get(ref, signal)).toBeUndefined();
    });

    it('of manifests, all of them, where several are refused', async () => {
      const manifests = [gadget('c', { size: 11 }), gadget('d', { size: 12 })];
      expect(await refusal(k8sApply, { target: 'here', manifests })).toMatchObject({
        code: 'CLIENT_INVALID',
        message: expect.stringMatching(/^2 objects would be refused: .*11.*; .*12/),
      });
    });

    it('of a Secret, and repeats nothing of what it is to hold', async () => {
      for (const type of ['merge', 'strategic']) {
        const plain = 'Plain-And-Not-Base64!';
        const on = { target: 'here', apiVersion: 'v1', kind: 'Secret', namespace: 'default' };
        const params = { ...on, name: 's', type, patch: { data: { key: plain } } };
        const error = await refusal(k8sPatch, params);
        expect(error).toMatchObject({ code: 'CLIENT_INVALID' });
        expect((error as Error).message).toContain('base64');
        expect((error as Error).message).not.toContain(plain);
        expect((error as Error).message).not.toContain('b2xkIHNlY3JldA');
      }
    });
  });
});
