// What a rollback puts back on a highly available cluster, killed at its records: the counts and the pauses that were
// there before, other people's included, and nothing that somebody has changed since.
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import type { KubeObject, ObjectRef } from '../../src/actions/ports.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Outcome, Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;
const { signal } = new AbortController();
const hypershift = 'hypershift.openshift.io/v1beta1';
const someday = '2031-01-01T00:00:00Z';

let bench: Workbench | undefined;
let source: KubeTarget | undefined;
afterEach(async () => {
  source?.close();
  source = undefined;
  await bench?.close();
  bench = undefined;
});

async function open(...flags: string[]): Promise<{ world: Workbench; kube: KubeTarget }> {
  const world = await openWorkbench(...flags);
  bench = world;
  const kube = createKubeTarget({
    kubeconfig: path.join(world.dir, '.drctl/lab/source.kubeconfig'),
  });
  source = kube;
  return { world, kube };
}

async function all(kube: KubeTarget, apiVersion: string, kind: string): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const one of kube.reader.list({ apiVersion, kind }, signal)) found.push(one);
  return found;
}

function specOf(object: KubeObject): Record<string, unknown> {
  return object['spec'] as unknown as Record<string, unknown>;
}

function namespaceOf({ metadata }: KubeObject): string {
  return (metadata as { namespace?: string }).namespace ?? '';
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const { name, namespace } = metadata as { name: string; namespace?: string };
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** "Deployment clusters-prod/kube-apiserver": replicas, of every workload. */
async function counts(kube: KubeTarget): Promise<Record<string, unknown>> {
  const workloads = [
    ...(await all(kube, 'apps/v1', 'Deployment')),
    ...(await all(kube, 'apps/v1', 'StatefulSet')),
  ];
  return Object.fromEntries(
    workloads.map((one) => [
      `${one.kind} ${namespaceOf(one)}/${one.metadata.name}`,
      specOf(one)['replicas'],
    ]),
  );
}

async function pauses(kube: KubeTarget): Promise<Record<string, unknown>> {
  const objects = [
    ...(await all(kube, hypershift, 'HostedCluster')),
    ...(await all(kube, hypershift, 'NodePool')),
  ];
  return Object.fromEntries(
    objects.map((one) => [`${one.kind} ${one.metadata.name}`, specOf(one)['pausedUntil']]),
  );
}

/** Of the cluster that is moved: its neighbour's are none of the run's business. */
async function movedPool(kube: KubeTarget): Promise<KubeObject> {
  const pools = await all(kube, hypershift, 'NodePool');
  const pool = pools.find((one) => specOf(one)['clusterName'] === 'demo-hosted');
  if (pool === undefined) throw new Error('The lab has no node pool');
  return pool;
}

async function pause(kube: KubeTarget, object: KubeObject, until: string): Promise<void> {
  const patch = { spec: { pausedUntil: until } };
  await kube.client.patch(refOf(object), { type: 'merge', patch, signal });
}

async function killedApply(world: Workbench, step: string): Promise<void> {
  const stop = { signal: 'SIGKILL' as const, step };
  const begun = await world.interrupted(stop, 'apply', runbook, ...world.env, '--auto-approve');
  expect(begun.signal, show(begun)).toBe('SIGKILL');
}

describe('a rollback on a highly available cluster', () => {
  it(
    'killed again and again, gives back the counts and the pauses that others had set before',
    { timeout: LIMIT_MS },
    async () => {
      const { world, kube } = await open('--ha');
      const pool = await movedPool(kube);
      await pause(kube, pool, someday);
      const [countsBefore, pausesBefore] = [await counts(kube), await pauses(kube)];
      expect(Object.values(countsBefore)).toContain(3);
      expect(Object.values(pausesBefore)).toContain(someday);
      await killedApply(world, 'names-released');
      expect(await counts(kube)).not.toEqual(countsBefore);
      let kills = 0;
      let last: Outcome | undefined;
      // Each process gets one record further than the one before: every kind of record is the last one of some process.
      for (let append = 2; append < 40; append += 1) {
        const cut = { signal: 'SIGKILL' as const, append };
        const outcome = await world.interrupted(cut, 'rollback', '--auto-approve');
        last = outcome;
        if (outcome.signal !== 'SIGKILL') break;
        kills += 1;
      }
      expect(last?.exitCode, last && show(last)).toBe(0);
      expect(kills).toBeGreaterThan(4);
      expect(await counts(kube)).toEqual(countsBefore);
      expect(await pauses(kube)).toEqual(pausesBefore);
    },
  );

  it(
    'leaves what a person has changed since, says so, and undoes the rest once that person has decided',
    { timeout: LIMIT_MS },
    async () => {
      const { world, kube } = await open('--ha');
      const [countsBefore, pausesBefore] = [await counts(kube), await pauses(kube)];
      await killedApply(world, 'snapshot');
      const pool = await movedPool(kube);
      const server = (await all(kube, 'apps/v1', 'Deployment')).find(
        ({ metadata }) => metadata.name === 'openshift-apiserver',
      );
      if (server === undefined) throw new Error('The lab has no such API server');
      await pause(kube, pool, someday);
      const scale = { type: 'merge', patch: { spec: { replicas: 1 } }, signal } as const;
      await kube.client.patch(refOf(server), scale);
      const key = `Deployment ${namespaceOf(server)}/openshift-apiserver`;
      const decided = [
        ['stop-writers', 'scale deployment.apps/openshift-apiserver --replicas=3'],
        [`pause-node-pools[${pool.metadata.name}]`, `-p '{"spec":{"pausedUntil":null}}'`],
      ] as const;
      for (const [step, byHand] of decided) {
        const stuck = await world.drctl('rollback', '--auto-approve');
        expect(stuck.exitCode, show(stuck)).toBe(5);
        expect(stuck.stdout).toContain(`✗ ${step}`);
        expect(stuck.stdout).toContain(`drctl mark-done`);
        expect(stuck.stdout).toContain(byHand);
        expect((await counts(kube))[key]).toBe(1);
        const runId = /Run (\S+) is stuck/.exec(stuck.stdout)?.[1] ?? '';
        await mustSucceed(world, 'mark-done', runId, step, '--reason', 'it shall stay so');
      }
      await mustSucceed(world, 'rollback', '--auto-approve');
      // Its own operator sets this one right as soon as it is no longer paused.
      expect({ ...(await counts(kube)), [key]: 3 }).toEqual(countsBefore);
      expect(await pauses(kube)).toEqual({
        ...pausesBefore,
        [`NodePool ${pool.metadata.name}`]: someday,
      });
    },
  );
});
