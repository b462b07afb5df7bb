// The file store with each of its system calls failing in turn, as a disk fails that is full, read-only or broken: the
// run stops in order with a word about the disk, has done nothing that is not recorded, and goes on to the same end.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Type } from 'typebox';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createFileRunStore, createSystem } from '../../src/adapters/index.ts';
import type { StateStore } from '../../src/adapters/index.ts';
import {
  DrctlError,
  auditRun,
  createRegistry,
  defineAction,
  resumeRun,
  startRun,
} from '../../src/engine/index.ts';
import type { ArtifactStore, RunResult, RunSession } from '../../src/engine/index.ts';
import { Harness, runId } from '../engine/running/support/harness.ts';
import { toyActions } from '../engine/running/support/toy-actions.ts';
import type { ToyRunbook } from '../engine/running/support/toy-runbook.ts';
import type { ToyPorts, ToyWorld } from '../engine/running/support/toy-world.ts';
import { operatorOf } from '../contracts/run-header.ts';
import { tally } from '../support/tally.ts';
import { failingCalls } from './failing-calls.ts';
import type { Fault } from './failing-calls.ts';

interface KeepingPorts extends ToyPorts {
  readonly clients: { readonly world: ToyWorld; readonly artifacts: ArtifactStore };
}

const kept = Type.Object({ sha256: Type.String() });

/** Keeps a file of the run, in two pieces, and then sets a value. */
const toyKeep = defineAction<KeepingPorts, ReturnType<typeof Type.Object>, typeof kept>({
  name: 'toy.keep',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Keeps a file',
  examples: [],
  params: Type.Object({}),
  outputs: kept,
  plan: async () => ({ changes: [] }),
  apply: async (_, ctx) => {
    await ctx.recordUndo({ kept: null });
    const { sha256 } = await ctx.clients.artifacts.write('out/kept', twoPieces());
    await ctx.clients.world.set('kept', sha256);
    return { sha256 };
  },
  probe: async () => ({ found: 'not-done' }),
  undo: { possible: false, because: 'a test' },
  artifacts: ({ outputs }) =>
    outputs === null ? [] : [{ name: 'out/kept', digest: `sha256:${outputs.sha256}` }],
});

async function* twoPieces(): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(3_000, 'a');
  yield Buffer.alloc(3_000, 'b');
}

const toy: ToyRunbook = {
  phases: [
    {
      id: 'one',
      steps: [
        { id: 'a', action: 'toy.set', with: { key: 'a', value: 'new' }, deferUndo: true },
        { id: 'keep', action: 'toy.keep', needs: ['a'], with: {} },
        { id: 'count', action: 'toy.count', needs: ['keep'], with: { key: 'n' } },
      ],
    },
    { id: 'two', steps: [{ id: 'b', action: 'toy.set', with: { key: 'b', value: 'new' } }] },
  ],
};
const values = { a: 'old', b: 'old', n: '0' };

/** Thousands of runs, each with hundreds of fsyncs: in memory where there is such a disk. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** Above the highest pid of any Linux or macOS system. */
const noProcess = 2 ** 30;
let roots: string[] = [];
let faults = 0;

afterEach(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
  roots = [];
});
afterAll(() => {
  tally({
    suite: 'disk faults, every call of the file store',
    faults,
    violations: 0,
    differences: 0,
  });
});

interface Setting {
  readonly root: string;
  readonly harness: Harness;
  readonly store: StateStore;
  start(): Promise<RunResult>;
  resume(): Promise<RunResult>;
}

const registry = createRegistry<ToyPorts>([...toyActions, toyKeep]);

async function newSetting(): Promise<Setting> {
  const root = await mkdtemp(path.join(inMemory, 'drctl-calls-'));
  roots.push(root);
  const harness = new Harness(toy, { values });
  const store = createFileRunStore({ root, system: createSystem(), notice: () => undefined });
  const session = (): RunSession<ToyPorts> => ({
    ...harness.session(),
    registry,
    ports: {
      readers: { world: harness.world },
      clients: ({ artifacts }) => ({ world: harness.world, artifacts }),
    },
    by: operatorOf(),
  });
  const { planRun } = await import('../../src/engine/planning/plan-run.ts');
  const plan = await planRun(session());
  return {
    root,
    harness,
    store,
    start: () => startRun(session(), { store, plan, envFiles: [] }),
    resume: () => resumeRun(session(), { store }),
  };
}

/** The process is gone: whatever lease it has left names one that does not live. */
async function die(root: string): Promise<void> {
  const run = path.join(root, 'runs', runId);
  for (const name of await readdir(run).catch(() => [])) {
    if (!/^lease-\d+\.json$/.test(name)) continue;
    const holder = JSON.parse(await readFile(path.join(run, name), 'utf8')) as object;
    await writeFile(path.join(run, name), JSON.stringify({ ...holder, pid: noProcess }));
  }
}

async function exists(store: StateStore): Promise<boolean> {
  return (await store.list()).length > 0;
}

/** Every error is one that a person can do something about; a raw system error would be taken for a bug. */
async function mayFail(work: Promise<RunResult>): Promise<RunResult | undefined> {
  try {
    return await work;
  } catch (error) {
    expect(error).toBeInstanceOf(DrctlError);
    const { code } = error as DrctlError;
    expect(['STORE_UNWRITABLE', 'FILE_UNREADABLE']).toContain(code);
    return undefined;
  }
}

async function startedSteps(store: StateStore): Promise<ReadonlySet<string>> {
  const started = new Set<string>();
  if (!(await exists(store))) return started;
  for await (const { event } of store.read(runId)) {
    if (event.type === 'step.started') started.add(event.step);
  }
  return started;
}

/** Goes on until the run has succeeded; one that was never made is begun anew. */
async function finish({ root, store, start, resume }: Setting): Promise<void> {
  await die(root);
  const isMade = await exists(store);
  if (isMade && (await hasSucceeded(store))) return;
  const result = await (isMade ? resume() : start());
  expect(result.outcome).toBe('succeeded');
}

async function hasSucceeded(store: StateStore): Promise<boolean> {
  let isSo = false;
  for await (const { event } of store.read(runId)) {
    isSo = event.type === 'run.finished' && event.outcome === 'succeeded';
  }
  return isSo;
}

async function explore({
  every,
  ...fault
}: Omit<Fault, 'call'> & { readonly every: number }): Promise<number> {
  let tried = 0;
  for (let call = 1; call < 1_000; call += every) {
    const setting = await newSetting();
    const { root, harness, store } = setting;
    const disk = await failingCalls(root);
    try {
      disk.arm({ ...fault, call });
      await mayFail(setting.start());
      const { failed, calls } = disk;
      disk.heal();
      if (failed === 0 && calls < call) return tried;
      tried += failed > 0 ? 1 : 0;
      const started = await startedSteps(store);
      const touched = new Set(harness.world.writes.map((write) => write.split('=', 1).join('')));
      const steps = { a: 'a', kept: 'keep', n: 'count', b: 'b' } as const;
      const unrecorded = Object.entries(steps).filter(
        ([key, step]) => touched.has(key) && !started.has(step),
      );
      expect(unrecorded, `call ${call}`).toEqual([]);
      await finish(setting);
      const { kept: digest, ...rest } = harness.world.content();
      expect(rest, `call ${call}`).toMatchObject({ a: 'old', b: 'new', n: '1' });
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      const { findings } = await auditRun(runId, { store, registry });
      expect(findings.filter(({ part }) => part !== 'header')).toEqual([]);
    } finally {
      disk.restore();
    }
  }
  throw new Error('The calls do not come to an end');
}

describe('a run whose disk fails at any of its calls', () => {
  it.each([
    { errno: 'ENOSPC', sticks: true, every: 1 },
    { errno: 'EDQUOT', sticks: false, every: 2 },
    { errno: 'EROFS', sticks: true, every: 3 },
    { errno: 'EIO', sticks: false, every: 1 },
    { errno: 'EIO', sticks: true, every: 2 },
  ] as const)(
    'stops in order, and resumes to the same end: $errno, from then on: $sticks',
    async (fault) => {
      const tried = await explore(fault);
      expect(tried).toBeGreaterThan(20);
      faults += tried;
    },
    240_000,
  );
});
