// The whole shipped runbook on a lab with the real definitions: the move succeeds, nobody was refused anything, nothing
// was dropped for being unknown, and every custom object was valid at every moment.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../src/lab/cluster/client.ts';
import { customObjectErrors } from '../../../src/lab/kube/custom-rules.ts';
import { servedTypes } from '../../../src/lab/kube/custom-resources.ts';
import type { KubeObject } from '../../../src/lab/kube/objects.ts';
import type { ResourceType } from '../../../src/lab/kube/resource-type.ts';
import { loadDefinitions } from '../../../src/lab/world/load-definitions.ts';
import { mustSucceed, openWorkbench, runbook, show, type Workbench } from '../../e2e/workbench.ts';
import { connectionOf } from '../world/hands.ts';
import { openChronicle, type Chronicle, type Entry } from './chronicle.ts';
import { realCrds, withoutCrds } from './real-crds.ts';

const TEST_LIMIT_MS = 600_000;

let bench: Workbench | undefined;
let chronicles: readonly Chronicle[] = [];
afterEach(async () => {
  for (const chronicle of chronicles) chronicle.close();
  await bench?.close();
  bench = undefined;
  chronicles = [];
});

async function chronicleOf(world: Workbench, side: string): Promise<Chronicle> {
  return openChronicle(connectionOf(path.join(world.dir, '.drctl/lab', `${side}.kubeconfig`)));
}

/** By apiVersion and kind. */
async function realTypes(): Promise<ReadonlyMap<string, ResourceType>> {
  const definitions = [...(await loadDefinitions(realCrds)).values()];
  const types = definitions.flatMap((definition) =>
    servedTypes(definition as unknown as KubeObject),
  );
  return new Map(types.map((type) => [`${type.group}/${type.version} ${type.kind}`, type]));
}

function problemsOf(types: ReadonlyMap<string, ResourceType>, { kind, object, before }: Entry) {
  const type = types.get(`${kind.apiVersion} ${kind.kind}`);
  if (type === undefined) return [`${kind.kind} is no real kind`];
  const found = { ...object, ...kind } as unknown as KubeObject;
  const errors = customObjectErrors(type, found, before as unknown as KubeObject | undefined);
  return errors.map(
    ({ field, message }) => `${kind.kind} ${object.metadata.name} ${field}: ${message}`,
  );
}

/** Dotted paths of all values in `whole` that `part` has not. */
function missing(whole: unknown, part: unknown, at: string): readonly string[] {
  if (typeof whole !== 'object' || whole === null) {
    return Object.is(whole, part) ? [] : [at];
  }
  return Object.entries(whole).flatMap(([key, value]) =>
    missing(value, (part as Record<string, unknown> | undefined)?.[key], `${at}.${key}`),
  );
}

async function exportedObjects(world: Workbench): Promise<readonly KubeObject[]> {
  const runs = path.join(world.dir, '.drctl/runs');
  const [run = ''] = await readdir(runs);
  const root = path.join(runs, run, 'artifacts/objects/objects');
  const files = await readdir(root, { recursive: true });
  const texts = await Promise.all(
    files
      .filter((file) => file.endsWith('.json') && !file.startsWith('Secret'))
      .map(async (file) => readFile(path.join(root, file), 'utf8')),
  );
  return texts.flatMap((text) => (JSON.parse(text) as { items: readonly KubeObject[] }).items);
}

/** What the runbook itself takes away before it restores. */
const unset = new Set(['spec.pausedUntil', 'spec.paused']);

function lostOnTheWay(exported: KubeObject, restored: readonly Entry[]): readonly string[] {
  const { kind, metadata } = exported;
  const first = restored.find(
    (entry) => entry.kind.kind === kind && entry.object.metadata.name === metadata.name,
  );
  return missing(exported.spec, first?.object.spec, 'spec')
    .filter((field) => !unset.has(field))
    .map((field) => `${kind} ${metadata.name} ${field}`);
}

const worlds: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: 'of one release on both sides', flags: [] },
  { name: 'of a newer release on the destination', flags: ['--newer-destination'] },
];

describe.skipIf(withoutCrds)('the hosted cluster moves under the real definitions', () => {
  it.each(worlds)('$name', { timeout: TEST_LIMIT_MS }, async ({ flags }) => {
    bench = await openWorkbench('--crds', realCrds, ...flags);
    const [source, destination] = [
      await chronicleOf(bench, 'source'),
      await chronicleOf(bench, 'destination'),
    ];
    chronicles = [source, destination];
    await mustSucceed(bench, 'plan', runbook, ...bench.env);
    await mustSucceed(bench, 'apply', runbook, ...bench.env, '--auto-approve');
    await mustSucceed(bench, 'lab', 'check');

    const log = await readFile(path.join(bench.dir, '.drctl/lab/lab.log'), 'utf8');
    const refusals = log.split('\n').filter((line) => /POST|PATCH|PUT/.test(line));
    expect(refusals).toEqual([]);

    const types = await realTypes();
    const entries = [...source.entries, ...destination.entries];
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.flatMap((entry) => problemsOf(types, entry))).toEqual([]);

    const exported = await exportedObjects(bench);
    expect(exported.length).toBeGreaterThan(10);
    expect(exported.flatMap((object) => lostOnTheWay(object, destination.entries))).toEqual([]);
  });

  it(
    'is refused, before anything is done, where the destination serves another version only',
    async () => {
      bench = await openWorkbench('--crds', realCrds, '--newer-destination');
      await stopServing(bench, 'machines.cluster.x-k8s.io');
      const outcome = await bench.drctl('plan', runbook, ...bench.env);
      expect(outcome.exitCode, show(outcome)).not.toBe(0);
      const said = outcome.stdout + outcome.stderr;
      expect(said).toContain('does not serve cluster.x-k8s.io/v1beta1 Machine');
      expect(said).toContain('cluster.x-k8s.io/v1beta2');
    },
    TEST_LIMIT_MS,
  );
});

/** The older version, as a release that has dropped it. */
async function stopServing(world: Workbench, name: string): Promise<void> {
  const client = createClient(
    connectionOf(path.join(world.dir, '.drctl/lab/destination.kubeconfig')),
  );
  const kind = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
  };
  const found = await client.get(kind, { name });
  const versions = (found?.spec?.['versions'] ?? []) as readonly { readonly name: string }[];
  const served = versions.map((one) => ({ ...one, served: one.name === 'v1beta2' }));
  await client.patch(kind, { name }, { spec: { versions: served } });
  client.close();
}
