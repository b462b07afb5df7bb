// The whole shipped runbook on servers that nobody here wrote: three kube-apiservers, each on an etcd of its own, a snapshot
// taken by etcdctl through the API server's exec proxy and restored by etcd's own tool.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { realCrds, withoutCrds } from '../lab/crds/real-crds.ts';
import { areMissing } from '../lab/envtest/real-servers.ts';
import { motoProgram } from '../lab/real/moto.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 900_000;
const HCP = 'clusters-demo-hosted';
const run = promisify(execFile);

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function kubectl(
  world: Workbench,
  side: 'source' | 'destination',
  ...args: string[]
): Promise<string> {
  const kubeconfig = path.join(world.dir, '.drctl/lab', `${side}.kubeconfig`);
  const { stdout } = await run('kubectl', ['--kubeconfig', kubeconfig, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Every key of the hosted cluster's etcd, straight from a member of it, but for what nodes and events make anew. */
async function etcdKeys(world: Workbench, side: 'source' | 'destination'): Promise<string[]> {
  const tls = '/etc/etcd/tls';
  const command = `exec -n ${HCP} etcd-0 -c etcd -- env ETCDCTL_API=3 etcdctl --cacert=${tls}/etcd-ca/ca.crt --cert=${tls}/client/etcd-client.crt --key=${tls}/client/etcd-client.key --endpoints=https://localhost:2379 get / --prefix --keys-only`;
  const out = await kubectl(world, side, ...command.split(' '));
  return out
    .split('\n')
    .filter((key) => key !== '' && !/\/(pods|events|masterleases|leases)\//.test(key))
    .sort();
}

/** Of the hosted clusters, each of which has its node pools there too, and there are no others. */
async function clusterNames(
  world: Workbench,
  side: 'source' | 'destination',
): Promise<readonly string[]> {
  const out = await kubectl(world, side, 'get', 'hc,np', '-A', '-o', 'json');
  const { items } = JSON.parse(out) as {
    items: { kind: string; metadata: { name: string }; spec: { clusterName?: string } }[];
  };
  const named = items.map(({ kind, metadata, spec }) => ({
    kind,
    cluster: kind === 'NodePool' ? spec.clusterName : metadata.name,
  }));
  const [clusters, pools] = ['HostedCluster', 'NodePool'].map((wanted) =>
    [
      ...new Set(named.filter(({ kind }) => kind === wanted).map(({ cluster }) => cluster ?? '')),
    ].sort(),
  );
  expect(pools).toEqual(clusters);
  return clusters ?? [];
}

const kill = (step: string) => ({ signal: 'SIGKILL' as const, step });

/** The real definitions where they are given; the lab's own otherwise. */
const definitions = (...more: string[]): readonly string[] =>
  withoutCrds ? [] : ['--crds', realCrds, ...more];

const worlds: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  {
    name: 'a single etcd member, and moto_server for AWS',
    flags: [...(motoProgram === undefined ? [] : ['--aws', 'moto']), ...definitions()],
  },
  {
    name: 'three etcd members, three node pools, 300 Secrets, and a destination of a newer release',
    flags: ['--ha', '--node-pools', '3', '--secrets', '300', ...definitions('--newer-destination')],
  },
];

describe.skipIf(areMissing)('on real servers (skipped where their programs are absent)', () => {
  it.each(worlds)(
    'the hosted cluster moves with every key of its etcd, with $name',
    { timeout: LIMIT_MS },
    async ({ flags }) => {
      bench = await openWorkbench('--backend', 'envtest', ...flags);
      const before = await etcdKeys(bench, 'source');
      expect(before).toContain('/registry/secrets/shop/payment-gateway');
      await mustSucceed(bench, 'plan', runbook, ...bench.env);
      await mustSucceed(bench, 'apply', runbook, ...bench.env, '--auto-approve');
      await mustSucceed(bench, 'lab', 'check');
      const added = '/registry/configmaps/default/mgmt-parent-cluster';
      expect(await etcdKeys(bench, 'destination')).toEqual([...before, added].sort());
      expect(await clusterNames(bench, 'source')).toEqual(['demo-hosted-2', 'pre-demo-hosted']);
      expect(await clusterNames(bench, 'destination')).toEqual(['demo-hosted', 'other-hosted']);
    },
  );

  it(
    'killed outright in every phase and resumed each time it ends as if nothing had happened',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench('--backend', 'envtest');
      const first = ['apply', runbook, ...bench.env, '--auto-approve'];
      const steps = [
        'stop-writers',
        'snapshot',
        'upload-snapshot',
        'names-released',
        'restore-machines',
        'restore-hosted-cluster',
        'nodes-ready',
        'stop-control-plane',
        'delete-control-plane-namespace',
      ];
      let kills = 0;
      for (const step of steps) {
        const words = kills === 0 ? first : ['resume', '--auto-approve'];
        const outcome = await bench.interrupted(kill(step), ...words);
        expect(outcome.signal, `${step}: ${show(outcome)}`).toBe('SIGKILL');
        kills += 1;
      }
      expect(kills).toBe(steps.length);
      await mustSucceed(bench, 'resume', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check');
    },
  );

  it(
    'a rollback in the middle of the restore gives back the world as it was',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench('--backend', 'envtest');
      // Once the hosted cluster is there as well it may serve, and its writes since then would be lost.
      const stop = kill('restore-machines');
      const begun = await bench.interrupted(stop, 'apply', runbook, ...bench.env, '--auto-approve');
      expect(begun.signal, show(begun)).toBe('SIGKILL');
      await mustSucceed(bench, 'rollback', '--auto-approve');
      await mustSucceed(bench, 'lab', 'check', '--expect', 'unchanged');
    },
  );
});
