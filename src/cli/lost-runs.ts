// What runs whose state is lost still hold down on a runbook's targets, as far as the world tells: the notes that
// k8s.scale left, on steps that come back however a run ends, and the runbook's locks. Reads only.

import { replicasOf, scaleNoteOf } from '../actions/index.ts';
import type { DrPorts, KubeClient, KubeObject, ScaleNote } from '../actions/index.ts';
import type { HeldLock } from '../adapters/index.ts';
import { renderParams, stepOfInstance } from '../engine/index.ts';
import type { JsonObject, Registry } from '../engine/index.ts';
import { placeLocks } from './locks.ts';
import type { Placed } from './locks.ts';
import type { OpenSession } from './session.ts';

export interface HeldWorkload {
  readonly target: string;
  /** "Deployment hypershift/operator" */
  readonly name: string;
  readonly object: KubeObject;
  readonly kube: KubeClient;
  readonly note: ScaleNote;
  readonly replicas: number;
}

export interface FoundLock {
  readonly placed: Placed;
  readonly held: HeldLock;
}

export interface LostRun {
  readonly run: string;
  readonly workloads: readonly HeldWorkload[];
  readonly locks: readonly FoundLock[];
  /** Other runs that hold a lock of the runbook: they may be working there. */
  readonly others: readonly HeldLock[];
}

const scaleAction = 'k8s.scale';
const workloadKinds = ['Deployment', 'StatefulSet'];

/** By run, oldest first. `only`: this one. CLIENT_*. */
export async function findLostRuns(
  opened: OpenSession,
  only: string | undefined,
): Promise<readonly LostRun[]> {
  const locks = await foundLocks(opened);
  const workloads = await heldWorkloads(opened);
  const runs = new Set([
    ...workloads.map(({ note }) => note.run),
    ...locks.map(({ held }) => held.run),
  ]);
  return [...runs]
    .filter((run) => only === undefined || run === only)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((run) => ({
      run,
      workloads: workloads.filter(({ note }) => note.run === run),
      locks: locks.filter(({ held }) => held.run === run),
      others: locks.filter(({ held }) => held.run !== run).map(({ held }) => held),
    }));
}

async function foundLocks(opened: OpenSession): Promise<readonly FoundLock[]> {
  const { readRunLock } = await import('../adapters/index.ts');
  const found: FoundLock[] = [];
  for (const placed of await placeLocks(opened)) {
    const held = await readRunLock(placed.kube, placed.lock, opened.session.signal);
    if (held !== undefined) found.push({ placed, held });
  }
  return found;
}

async function heldWorkloads(opened: OpenSession): Promise<readonly HeldWorkload[]> {
  const { session, connections, scope } = opened;
  const steps = session.runbook.phases
    .flatMap((phase) => phase.steps)
    .filter((step) => step.action === scaleAction && step.deferUndo);
  const ids = new Set(steps.map(({ id }) => id));
  const found = new Map<string, HeldWorkload>();
  for (const step of steps) {
    const params = knownParams(session.registry, step.with, scope);
    const target = params?.['target'];
    if (params === undefined || typeof target !== 'string') {
      const message = `Where ${step.id} scales is known only during a run: look there by hand`;
      session.emit({ type: 'notice', severity: 'warning', message });
      continue;
    }
    if (session.unavailable.includes(target)) continue;
    const kube = await connections.kube(target);
    for (const object of await workloadsOf(kube, params, session.signal)) {
      const note = scaleNoteOf(object);
      if (note === undefined || !ids.has(stepOfInstance(note.step))) continue;
      const name = `${object.kind} ${namespaceOf(params)}/${object.metadata.name}`;
      const replicas = replicasOf(object);
      found.set(`${target} ${name}`, { target, name, object, kube, note, replicas });
    }
  }
  return [...found.values()];
}

function knownParams(
  registry: Registry<DrPorts>,
  withValues: JsonObject,
  scope: OpenSession['scope'],
): JsonObject | undefined {
  const rendered = renderParams(registry.get(scaleAction), withValues, scope);
  return rendered.known ? rendered.value : undefined;
}

/** All of the namespace: the note says which ones a run has scaled. */
async function workloadsOf(
  kube: KubeClient,
  params: JsonObject,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const { names } = params;
  const namespace = namespaceOf(params);
  if (namespace === '') return [];
  const found: KubeObject[] = [];
  for (const kind of workloadKinds) {
    const apiVersion = 'apps/v1';
    if (Array.isArray(names)) {
      for (const name of names as readonly string[]) {
        const one = await kube.get({ apiVersion, kind, namespace, name }, signal);
        if (one !== undefined) found.push(one);
      }
      continue;
    }
    for await (const one of kube.list({ apiVersion, kind, namespace }, signal)) found.push(one);
  }
  return found;
}

function namespaceOf({ namespace }: JsonObject): string {
  return typeof namespace === 'string' ? namespace : '';
}
