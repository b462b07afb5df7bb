// Kubernetes objects in bulk, against a real API server: what an export and a restore take, beside kubectl and beside
// the API itself.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startBenchServer } from '../objects/api-server.ts';
import type { BenchServer } from '../objects/api-server.ts';
import { measuredRun } from '../objects/measured-run.ts';
import type { MeasuredRun } from '../objects/measured-run.ts';
import { applyRaw, createNamespace, createRaw } from '../objects/raw-calls.ts';
import { secretsOf } from '../objects/secrets.ts';
import { installed, runCommand } from '../measure/command.ts';
import { seconds } from '../measure/in-turns.ts';
import { median } from '../measure/median.ts';
import type { BenchLine } from '../report/line.ts';
import type { BenchContext, Suite } from '../suite.ts';

const suite = 'objects';
/** Namespace → how many Secrets; all of them together are the most that one selection may take. */
const exported = { few: 1_000, some: 5_000, rest: 14_000 } as const;
const all = Object.values(exported).reduce((sum, count) => sum + count, 0);
const restored = 1_000;
/** Connections of the raw applies; the best of them is what a restore is compared with. */
const sweep = [4, 8, 16, 32] as const;

export const objects: Suite = {
  name: suite,
  async measure(context) {
    let server: BenchServer;
    try {
      context.tell('starting kube-apiserver and etcd');
      server = await startBenchServer(context.folder);
    } catch (error) {
      return notMeasured(error instanceof Error ? error.message : String(error));
    }
    try {
      for (const [namespace, count] of Object.entries(exported)) {
        context.tell(`creating ${count} Secrets`);
        await createNamespace(server, namespace);
        await createRaw(server, secretsOf(namespace, count));
      }
      return [
        ...(await measureExport(context, server)),
        ...(await measureRestore(context, server)),
      ];
    } finally {
      await server.close();
    }
  },
};

const names = {
  export: `k8s.export of ${exported.some} Secrets`,
  exportRun: `the whole run with that export`,
  memory: `most memory, export of ${all} beside ${exported.few}`,
  restore: `k8s.restore of ${restored} Secrets`,
  restoreRate: `rate of that restore`,
} as const;

function notMeasured(because: string): readonly BenchLine[] & BenchLine[] {
  return Object.values(names).map((name) => ({ suite, name, because }));
}

function exportRun(
  { drctl, folder }: BenchContext,
  { kubeconfig }: BenchServer,
  namespace: string | undefined,
): Promise<MeasuredRun> {
  const select = [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      ...(namespace === undefined ? {} : { namespace }),
      all: true,
    },
  ];
  const step = { id: 'export', action: 'k8s.export', with: { target: 'here', to: 'out', select } };
  return measuredRun({ drctl, folder, kubeconfig, steps: [{ title: 'Export', ...step }] });
}

async function measureExport(context: BenchContext, server: BenchServer): Promise<BenchLine[]> {
  const figures = { step: [] as number[], run: [] as number[], kubectl: [] as number[] };
  const memory = { few: [] as number[], all: [] as number[] };
  const kubectl = installed('kubectl');
  const getAll = ['--kubeconfig', server.kubeconfig, 'get', 'secrets', '-n', 'some', '-o', 'yaml'];
  for (let round = 0; round <= context.rounds; round++) {
    context.tell(`export, round ${round}`);
    const ours = await exportRun(context, server, 'some');
    const theirs =
      kubectl === undefined
        ? Number.NaN
        : (await runCommand([kubectl, ...getAll], { stdout: 'ignore' })).seconds;
    const few = await exportRun(context, server, 'few');
    const everything = await exportRun(context, server, undefined);
    if (round === 0) continue;
    figures.step.push(ours.steps.get('export') ?? Number.NaN);
    figures.run.push(ours.seconds);
    figures.kubectl.push(theirs);
    memory.few.push(few.peakMiB);
    memory.all.push(everything.peakMiB);
  }
  const { rounds } = context;
  const peer = 'kubectl get -o yaml';
  const theirs = median(figures.kubectl);
  const time = { suite, unit: 's', peer, theirs, rounds };
  return [
    {
      ...time,
      name: names.export,
      ours: median(figures.step),
      limit: { of: 'ratio', atMost: 0.2 },
    },
    { ...time, name: names.exportRun, ours: median(figures.run) },
    {
      suite,
      name: names.memory,
      unit: 'MiB',
      ours: median(memory.all),
      peer: `of ${exported.few}`,
      theirs: median(memory.few),
      limit: { of: 'ratio', atMost: 1.25 },
      rounds,
    },
  ];
}

async function measureRestore(context: BenchContext, server: BenchServer): Promise<BenchLine[]> {
  const figures = { ours: [] as number[], kubectl: [] as number[] };
  const raw = new Map(sweep.map((connections) => [connections, [] as number[]]));
  for (let round = 0; round <= context.rounds; round++) {
    context.tell(`restore, round ${round}`);
    const into = async (name: string) => {
      await createNamespace(server, `${name}-${round}`);
      return `${name}-${round}`;
    };
    const ours = await restoreRun(context, server, await into('restored'));
    const swept = new Map<(typeof sweep)[number], number>();
    for (const connections of sweep) {
      const applied = secretsOf(await into(`raw-${connections}`), restored);
      swept.set(connections, await seconds(() => applyRaw(server, applied, connections)));
    }
    const theirs = await kubectlApply(context, server, await into('kubectl'));
    if (round === 0) continue;
    figures.ours.push(ours);
    figures.kubectl.push(theirs);
    for (const [connections, took] of swept) raw.get(connections)?.push(took);
  }
  const { rounds } = context;
  const took = median(figures.ours);
  const [best, fewest] = [...raw]
    .map(([connections, times]) => [connections, median(times)] as const)
    .reduce((one, other) => (other[1] < one[1] ? other : one));
  return [
    {
      suite,
      name: names.restore,
      unit: 's',
      ours: took,
      peer: 'kubectl apply -f dir',
      theirs: median(figures.kubectl),
      limit: { of: 'ratio', atMost: 0.2 },
      rounds,
    },
    {
      suite,
      name: names.restoreRate,
      unit: '1/s',
      ours: restored / took,
      peer: `raw applies, ${best} connections`,
      theirs: restored / fewest,
      limit: { of: 'ratio', atLeast: 0.9 },
      rounds,
    },
  ];
}

/** The seconds of the step alone. */
async function restoreRun(
  { drctl, folder }: BenchContext,
  { kubeconfig }: BenchServer,
  namespace: string,
): Promise<number> {
  const select = [{ apiVersion: 'v1', kind: 'Secret', namespace: 'few', all: true }];
  const steps = [
    {
      id: 'export',
      title: 'Export',
      action: 'k8s.export',
      with: { target: 'here', to: 'out', select },
    },
    {
      id: 'restore',
      title: 'Restore',
      needs: ['export'],
      action: 'k8s.restore',
      with: { target: 'here', from: 'out', namespaces: { few: namespace } },
    },
  ];
  const run = await measuredRun({ drctl, folder, kubeconfig, steps });
  return run.steps.get('restore') ?? Number.NaN;
}

async function kubectlApply(
  { folder }: BenchContext,
  { kubeconfig }: BenchServer,
  namespace: string,
): Promise<number> {
  const kubectl = installed('kubectl');
  if (kubectl === undefined) return Number.NaN;
  const manifests = path.join(folder, namespace);
  await mkdir(manifests);
  for (const secret of secretsOf(namespace, restored)) {
    await writeFile(path.join(manifests, `${secret.metadata.name}.json`), JSON.stringify(secret));
  }
  const { seconds: took } = await runCommand(
    [kubectl, '--kubeconfig', kubeconfig, 'apply', '-f', manifests],
    { stdout: 'ignore' },
  );
  return took;
}
