// A world in which more than ten things are wrong: one look at it shows them all, each with what was found, what was
// expected, and what to do.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds } from '../../src/lab/cluster/kinds.ts';
import { at } from '../../src/lab/cluster/objects.ts';
import { OIDC_BUCKET, OWNER_IDS } from '../../src/lab/world/settings.ts';
import { newFolder, runCli } from '../cli/run-cli.ts';
import type { CliResult } from '../cli/run-cli.ts';
import { HC, HCP, pause } from '../lab/world/hands.ts';
import type { Hands } from '../lab/world/hands.ts';
import { startedLab, stopLabs } from '../lab/world/lab-fixture.ts';
import { folder } from './preconditions/checks-of.ts';

/** A lab, its ruin and two plans of it, on a machine that does other things too. */
const LIMIT_MS = 400_000;

const inHypershift = (name: string) => ({ namespace: 'hypershift', name });

/** In an order in which no operator puts right again what was done before. */
async function ruin({ source, destination }: Hands): Promise<void> {
  await destination.patch(kinds.deployment, inHypershift('operator'), { spec: { replicas: 0 } });
  await pause(source);
  await source.patch(kinds.hostedCluster, HC, {
    metadata: { annotations: { 'hypershift.openshift.io/cleanup-cloud-resources': 'true' } },
  });
  await source.patch(
    kinds.statefulSet,
    { namespace: HCP, name: 'etcd' },
    {
      spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
    },
  );
  const found = await source.get(kinds.hostedCluster, HC);
  await source.create(kinds.awsMachine, {
    apiVersion: kinds.awsMachine.apiVersion,
    kind: 'AWSMachine',
    metadata: {
      name: 'without-instance',
      namespace: HCP,
      annotations: { 'cluster.x-k8s.io/paused': 'true' },
    },
    spec: { instanceType: 'm5.large' },
  });
  await source.create(kinds.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'etcd-lost', namespace: HCP, labels: { app: 'etcd' } },
    spec: { containers: [{ name: 'etcd', image: 'quay.io/lab/etcd:3.5' }] },
  });
  await destination.create(kinds.namespace, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: HCP },
  });
  await destination.create(kinds.hostedCluster, {
    apiVersion: kinds.hostedCluster.apiVersion,
    kind: 'HostedCluster',
    metadata: { ...HC },
    spec: at(found, 'spec') as Record<string, unknown>,
  });
  await destination.create(kinds.nodePool, {
    apiVersion: kinds.nodePool.apiVersion,
    kind: 'NodePool',
    metadata: { name: 'left-behind', namespace: HC.namespace },
    spec: at(
      (await source.list(kinds.nodePool, HC.namespace)).items.find(
        (one) => at(one, 'spec', 'clusterName') === HC.name,
      ),
      'spec',
    ) as Record<string, unknown>,
  });
  await destination.patch(
    kinds.storageClass,
    { name: 'gp3-csi' },
    {
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': null } },
    },
  );
  await destination.patch(kinds.configMap, inHypershift('supported-versions'), {
    data: { 'supported-versions': '{"versions":["4.17","4.16"]}' },
  });
  const dns = await destination.get(kinds.deployment, inHypershift('external-dns'));
  const containers = at(dns, 'spec', 'template', 'spec', 'containers') as { args: string[] }[];
  const args = (containers[0]?.args ?? [])
    .filter((one) => one !== '--registry=txt')
    .map((one) => one.replace(OWNER_IDS.destination, OWNER_IDS.source));
  await destination.patch(kinds.deployment, inHypershift('external-dns'), {
    spec: { template: { spec: { containers: [{ ...containers[0], args }] } } },
  });
}

const refused = [
  'no-cleanup-of-cloud-resources',
  'volumes-survive-scaling',
  'instances-are-known',
  'machines-are-whole',
  'destination-has-no-such-cluster',
  'destination-has-no-such-infrastructure',
  'destination-has-no-node-pools',
  'destination-has-no-control-plane-namespace',
  'destination-has-default-storage-class',
  'destination-operator-runs',
  'destination-operator-not-older',
  'destination-supports-release',
  'destination-external-dns',
  'dns-owner-ids-differ',
  'bucket',
  'bucket-is-not-for-oidc',
  'zone-covers-domain',
] as const;
const warned = ['hosted-cluster-not-paused', 'etcd-wholly-healthy'] as const;

describe('a plan in a world with many faults', () => {
  const texts = new Map<number, CliResult>();
  let json: CliResult | undefined;

  beforeAll(async () => {
    const hands = await startedLab({ neighbours: false, nodePools: 1, secrets: 0 });
    await ruin(hands);
    const { envFile } = hands.lab.files;
    const words = ['plan', `${folder}/aws-same-region.yaml`, '-e', envFile];
    const sets = ['--set', `BUCKET_NAME=${OIDC_BUCKET}`, '--set', 'AWS_ZONE_ID=Z0LABPRIVATEZONE1'];
    const options = { cwd: await newFolder(), columns: 100 };
    for (const columns of [80, 100, 200])
      texts.set(
        columns,
        await runCli([...words, ...sets], { ...options, columns, isTerminal: true }),
      );
    json = await runCli([...words, ...sets, '--json'], options);
    await stopLabs();
  }, LIMIT_MS);

  afterAll(stopLabs);

  it('shows each of them, with what was found and expected, and the remedy', () => {
    expect(json?.code).toBe(3);
    const lines = (json?.stdout ?? '').split('\n').filter((line) => line !== '');
    const plan = lines.map((line) => JSON.parse(line) as { type: string; plan?: unknown });
    const checks = at(
      plan.find(({ type }) => type === 'plan'),
      'plan',
      'preconditions',
    ) as {
      id: string;
      verdict: string;
      severity: string;
      remedy?: string;
      error?: { code: string; message: string };
    }[];
    const failing = checks.filter(({ verdict }) => verdict === 'fails');
    const idsOf = (severity: string) =>
      failing.filter((one) => one.severity === severity).map(({ id }) => id);
    expect(idsOf('error')).toEqual(refused);
    expect(idsOf('warning')).toEqual(warned);
    for (const { id, remedy, error } of failing) {
      expect(error?.code, id).toBe('ASSERTION_FAILED');
      expect(error?.message, id).toMatch(/expected|found|must|everyone can read|cover/);
      expect(remedy, id).toMatch(/\w/);
    }
  });

  it.each([80, 100, 200])('reads so at %i columns', (columns) => {
    const text = texts.get(columns);
    expect(text?.code).toBe(3);
    const [, checks = ''] = /\n(Preconditions\n[^]*?)\n\nPhase /.exec(text?.stdout ?? '') ?? [];
    const stable = checks
      .replaceAll(/\/[\w./-]+\.kubeconfig/g, 'KUBECONFIG')
      .replaceAll(/demo-hosted-us-west-1a-\w+-\w+/g, 'MACHINE');
    expect(stable).toMatchSnapshot();
  });
});
