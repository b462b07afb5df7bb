// What every KubeClient must do when it is only to try a write (a dry run): it answers as the write would, it refuses what
// the write would be refused for, and nothing is changed.

import { expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/engine/index.ts';
import type { KubeClient, KubeObject, PatchOptions, Preview } from '../../src/actions/ports.ts';
import { applyOptions, configMap, ref, signal } from './kube-objects.ts';

function accepted(preview: Preview): KubeObject {
  if (preview.kind === 'accepted') return preview.object;
  throw new Error(`No answer: ${preview.because ?? 'foreseen'}`);
}

const container = (name: string, image: string) => ({ name, image });
/** Of which nothing ever runs. */
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'work' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'd' } },
    template: {
      metadata: { labels: { app: 'd' } },
      spec: { containers: [container('one', 'one:1'), container('two', 'two:1')] },
    },
  },
};
const containers = (...of: readonly Json[]): JsonObject => ({
  template: { spec: { containers: of } },
});

/** One of each type; `field` is what it changes. */
const patches: readonly {
  readonly type: PatchOptions['type'];
  readonly object: KubeObject;
  readonly patch: Json;
  readonly field: string;
  readonly becomes: JsonObject;
}[] = [
  {
    type: 'merge',
    object: configMap('a', {}, { x: '1', y: '2' }),
    patch: { data: { x: null, z: '3' } },
    field: 'data',
    becomes: { data: { y: '2', z: '3' } },
  },
  {
    type: 'json',
    object: configMap('a', {}, { x: '1' }),
    patch: [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'replace', path: '/data/x', value: '2' },
    ],
    field: 'data',
    becomes: { data: { x: '2' } },
  },
  {
    type: 'strategic',
    object: deployment,
    patch: { spec: containers(container('two', 'two:2')) },
    field: 'spec',
    becomes: { spec: containers({ image: 'one:1' }, { image: 'two:2' }) },
  },
];

/** On the client of the test that runs. */
export function kubePreviewRules(client: () => KubeClient): void {
  it('previews an apply without changing anything', async () => {
    const preview = await client().preview(configMap('a', {}, { x: '1' }), applyOptions());
    expect(accepted(preview)['data']).toEqual({ x: '1' });
    expect(await client().get(ref('a'), signal)).toBeUndefined();
  });

  it('previews a creation without making anything', async () => {
    const wanted = configMap('a', { labels: { app: 'x' } }, { x: '1' });
    const [first, second] = [
      accepted(await client().previewCreate(wanted, signal)),
      accepted(await client().previewCreate(wanted, signal)),
    ];
    expect(first).toMatchObject({ data: { x: '1' }, metadata: { labels: { app: 'x' } } });
    expect(first.metadata['uid']).not.toBe(second.metadata['uid']);
    expect(await client().get(ref('a'), signal)).toBeUndefined();
  });

  it('refuses the preview of a creation as it would refuse the creation', async () => {
    await client().create(configMap('a'), signal);
    const refusals = [configMap('a'), configMap('b', { namespace: 'nowhere' })];
    for (const [index, wanted] of refusals.entries()) {
      const refused = { code: ['CLIENT_CONFLICT', 'CLIENT_NOT_FOUND'][index] };
      await expect(client().previewCreate(wanted, signal)).rejects.toMatchObject(refused);
      await expect(client().create(wanted, signal)).rejects.toMatchObject(refused);
    }
  });

  it.each(patches)('previews a $type patch as what the patch then does', async (one) => {
    const before = await client().create(one.object, signal);
    const to = ref(one.object.metadata.name, one.object.kind);
    const wanted = { ...to, apiVersion: one.object.apiVersion };
    const patch = { type: one.type, patch: one.patch, signal };
    const previewed = accepted(await client().previewPatch(wanted, patch));
    expect(previewed).toMatchObject(one.becomes);
    expect(previewed.metadata['uid']).toBe(before.metadata['uid']);
    const still = await client().get(wanted, signal);
    expect(still?.[one.field]).toEqual(before[one.field]);
    // By this a reader knows which state the patch was tried on.
    expect(previewed.metadata['resourceVersion']).toBe(still?.metadata['resourceVersion']);
    expect((await client().patch(wanted, patch))[one.field]).toEqual(previewed[one.field]);
  });

  it('previews a patch of the scale as of a field, and leaves the count', async () => {
    await client().create(
      { ...deployment, metadata: { ...deployment.metadata, name: 's' } },
      signal,
    );
    const wanted = { ...ref('s', 'Deployment'), apiVersion: 'apps/v1' };
    const patch = { type: 'merge', patch: { spec: { replicas: 3 } }, signal } as const;
    const scale = accepted(await client().previewPatch(wanted, { ...patch, subresource: 'scale' }));
    expect(scale['spec']).toMatchObject({ replicas: 3 });
    expect((await client().get(wanted, signal))?.['spec']).toMatchObject({ replicas: 0 });
  });

  it('refuses the preview of a patch as it would refuse the patch', async () => {
    const { metadata } = await client().create(configMap('a', {}, { x: '1' }), signal);
    const { resourceVersion } = metadata as unknown as { resourceVersion: string };
    await client().patch(ref('a'), { type: 'merge', patch: { data: { x: '2' } }, signal });
    const refusals = [
      { name: 'absent', type: 'merge', patch: {}, code: 'CLIENT_NOT_FOUND' },
      { type: 'merge', patch: { metadata: { resourceVersion } }, code: 'CLIENT_CONFLICT' },
      {
        type: 'json',
        patch: [{ op: 'test', path: '/data/x', value: '1' }],
        code: 'CLIENT_INVALID',
      },
    ] as const;
    for (const { code, type, patch, ...rest } of refusals) {
      const wanted = ref('name' in rest ? rest.name : 'a');
      const body = { type, patch: structuredClone(patch) as Json, signal };
      await expect(client().previewPatch(wanted, body)).rejects.toMatchObject({ code });
      await expect(client().patch(wanted, body)).rejects.toMatchObject({ code });
    }
  });
}
