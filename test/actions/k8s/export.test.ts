// k8s.export: what travels, what does not, and why.

import { describe, expect, it } from 'vitest';
import { k8sExport } from '../../../src/actions/k8s/export.ts';
import type { Asked, JsonObject } from '../../../src/engine/index.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { applyAction, planAction } from '../../fakes/carry-out.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { hostedCluster, secret } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import { exportParams, sourceObjects } from '../laws/exported-world.ts';

function source(...objects: readonly KubeObject[]) {
  const kube = new FakeKube().seed(...objects);
  return { kube, world: new World({ kube: { source: kube } }) };
}

const namesOf = (outputs: JsonObject): readonly string[] =>
  (outputs['objects'] as unknown as { kind: string; namespace?: string; name: string }[]).map(
    ({ kind, namespace: place, name }) => `${kind} ${place ?? ''}/${name}`,
  );

describe('k8s.export', () => {
  it('walks references instead of taking what has the name as a prefix', async () => {
    const { world } = source(...sourceObjects());
    const names = namesOf(await applyAction(world, k8sExport, exportParams));
    expect(names).toContain('Secret clusters/pull');
    expect(names).toContain('Secret clusters/prod-key');
    expect(names).toContain('ConfigMap clusters/tuning');
    expect(names).not.toContain('Secret clusters/prod-2-key');
  });

  it('predicts in the plan exactly what it will take', async () => {
    const { world } = source(...sourceObjects());
    const { outputs: predicted } = await planAction(world, k8sExport, exportParams);
    const { digest, ...given } = await applyAction(world, k8sExport, exportParams);
    expect(predicted).toEqual(given);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('plans with the text of its objects only where a later step is planned on them', async () => {
    const { world } = source(...sourceObjects());
    const left = async (asked?: Asked) => {
      const options = asked === undefined ? {} : { asked };
      const planned = await planAction(world, k8sExport, exportParams, options);
      return planned.consequences?.() ?? [];
    };
    expect(await left()).toEqual([]);
    expect(await left('changes')).toEqual([]);
    await applyAction(world, k8sExport, exportParams);
    const written = [...world.artifacts.files].map(([name, bytes]) => ({ name, bytes }));
    world.artifacts.files.clear();
    expect(await left('consequences')).toEqual(
      written.map((file) => ({ kind: 'artifact', ...file })),
    );
  });

  it('leaves credentials of this cluster by their type, whatever they are called', async () => {
    const { world } = source(
      secret('cp/docker-mirror', { a: '' }),
      secret('cp/sa-token', { a: '' }, { type: 'kubernetes.io/service-account-token' }),
      secret('cp/real-pull-secret', { a: '' }, { type: 'kubernetes.io/dockerconfigjson' }),
      secret(
        'cp/default-dockercfg',
        { a: '' },
        {
          type: 'kubernetes.io/dockercfg',
          metadata: { annotations: { 'kubernetes.io/service-account.name': 'default' } },
        },
      ),
      secret('cp/token-prod-x', { a: '' }),
    );
    const exported = await applyAction(world, k8sExport, {
      target: 'source',
      to: 'secrets',
      select: [{ apiVersion: 'v1', kind: 'Secret', namespace: 'cp', all: true }],
      exclude: [
        {
          kind: 'Secret',
          where: "object.metadata.name.startsWith('token-prod')",
          because: 'bootstrap tokens',
        },
      ],
    });
    expect(namesOf(exported)).toEqual(['Secret cp/docker-mirror', 'Secret cp/real-pull-secret']);
    expect(exported['notTaken']).toEqual([
      { object: 'Secret cp/default-dockercfg', because: expect.stringContaining('made anew') },
      { object: 'Secret cp/sa-token', because: expect.stringContaining('service account') },
      { object: 'Secret cp/token-prod-x', because: 'bootstrap tokens' },
    ]);
  });

  it('fails for a reference to what does not exist, and only reports it where told so', async () => {
    const { world } = source(hostedCluster('clusters/prod', { sshKey: { name: 'ssh' } }));
    const params: JsonObject = {
      target: 'source',
      to: 'objects',
      select: [
        {
          apiVersion: 'hypershift.openshift.io/*',
          kind: 'HostedCluster',
          namespace: 'clusters',
          name: 'prod',
        },
      ],
    };
    const refusal = { message: expect.stringContaining('Secret clusters/ssh is needed') as string };
    await expect(applyAction(world, k8sExport, params)).rejects.toMatchObject(refusal);
    for (const asked of ['changes', 'consequences'] as const) {
      await expect(planAction(world, k8sExport, params, { asked })).rejects.toMatchObject(refusal);
    }
    const lenient = { ...params, references: { optional: true } };
    expect(await applyAction(world, k8sExport, lenient)).toMatchObject({
      notTaken: [{ object: 'Secret clusters/ssh' }],
    });
  });

  it('refuses to export nothing', async () => {
    const { world } = source();
    const select = [
      { apiVersion: 'v1', kind: 'Secret', namespace: 'cp', all: true, optional: true },
      { apiVersion: 'x.example.com/v1', kind: 'X', all: true, optional: true },
    ];
    await expect(
      applyAction(world, k8sExport, { target: 'source', to: 'a', select }),
    ).rejects.toMatchObject({ code: 'SELECTION_EMPTY' });
  });
});
