// A disk that is really full, at every page of a run: nothing is done that could not be recorded, drctl says which file
// it could not write, and once there is room the same run goes on to the same end. Needs the build.

import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { tally } from '../support/tally.ts';
import { createBench, values } from '../cli/bench.ts';
import { builtDrctl } from './built-drctl.ts';
import type { Ended } from './built-drctl.ts';
import { mountSmallDisk } from './small-disk.ts';
import type { SmallDisk } from './small-disk.ts';

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: disk, version: 1.0.0 }
env:
  PASSWORD: { sensitive: true, required: true }
  KUBECONFIG_FILE: { type: file, required: true }
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
phases:
  - id: out
    steps:
      - id: settings
        action: k8s.apply
        with:
          target: here
          manifests:
            - { apiVersion: v1, kind: ConfigMap, metadata: { name: one, namespace: default }, data: { color: blue } }
            - { apiVersion: v1, kind: ConfigMap, metadata: { name: two, namespace: default }, data: { color: blue } }
      - id: export
        action: k8s.export
        needs: [settings]
        with:
          target: here
          to: backup
          select: [{ apiVersion: v1, kind: ConfigMap, namespace: default, names: [existing, old] }]
  - id: in
    approval: required
    steps:
      - id: color
        action: k8s.patch
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing, patch: { data: { color: red } } }
      - id: remove
        action: k8s.delete
        needs: [color]
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: old }
      - id: back
        action: k8s.restore
        needs: [remove]
        with: { target: here, from: "{{steps.export.outputs.artifact}}", select: [{ kind: ConfigMap, namespace: default, where: "object.metadata.name == 'old'" }] }
`;

const TEST_LIMIT_MS = 120_000;
const diskPages = 128;
/** More than the whole run needs. */
const freePages = Array.from({ length: 15 }, (_, pages) => pages);
/** How much the journal may still grow while the second phase is carried out; uneven, so that lines are cut anywhere. */
const growths = Array.from({ length: 14 }, (_, index) => index * 437);

const bench = createBench();
const disk = mountSmallDisk(diskPages);
if (disk === undefined) {
  process.stderr.write('Nobody may mount here: only the size of files is limited\n');
}
let faults = 0;
const stoppedAt = new Set<string>();

afterEach(async () => {
  if (disk === undefined) return;
  disk.setReadOnly(false);
  for (const name of await readdir(disk.dir)) {
    await rm(path.join(disk.dir, name), { recursive: true, force: true });
  }
});
afterAll(() => {
  disk?.close();
  tally({ suite: 'disk faults', faults, violations: 0, differences: 0 });
});

function mounted(): SmallDisk {
  if (disk === undefined) throw new Error('No disk is mounted');
  return disk;
}

function show({ code, stdout, stderr }: Ended): string {
  return `exit ${code}\n${stdout}\n${stderr}`;
}

async function runIds(state: string): Promise<readonly string[]> {
  const names = await readdir(path.join(state, 'runs')).catch(() => []);
  return names.filter((name) => !name.startsWith('.'));
}

/** The file and the system's reason, and no stack. A step whose artifact cannot be written has failed; all else is 2. */
async function expectUnwritable(ended: Ended, state: string): Promise<void> {
  const file = /Cannot write (\S+): (?:ENOSPC|EFBIG|EROFS)$/m.exec(ended.stderr)?.[1] ?? 'nowhere';
  const place = await placeOf(file, state);
  expect(ended.code, show(ended)).toBe(place === 'artifacts' ? 1 : 2);
  expect(ended.stderr).toMatch(place === 'artifacts' ? /STEP_FAILED:/ : /STORE_UNWRITABLE:/);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  stoppedAt.add(place);
  if (ended.stderr.includes('stays until this process ends')) stoppedAt.add('release');
  faults += 1;
}

async function placeOf(file: string, state: string): Promise<string> {
  if (file.includes('/artifacts/')) return 'artifacts';
  if (file.endsWith('journal.ndjson')) return 'journal';
  return (await runIds(state)).length === 0 ? 'header' : 'lease';
}

/** What was done is in the journal: nothing was done that could not be recorded. */
async function expectRecorded(state: string): Promise<void> {
  const [runId] = await runIds(state);
  const text =
    runId === undefined
      ? ''
      : await readFile(path.join(state, 'runs', runId, 'journal.ndjson'), 'utf8');
  const names = await bench.configMaps();
  const started = (step: string): boolean =>
    text.includes(`"type":"step.started","step":"${step}"`);
  const isApplied = names.includes('one') || names.includes('two');
  expect(isApplied && !started('settings')).toBe(false);
  expect(!names.includes('old') && !started('remove')).toBe(false);
}

/** In this process, which is quicker: only what meets a bad disk has to be the built program. */
async function beginRun(state: string): Promise<void> {
  const begun = await bench.drctl(
    'apply',
    'disk.yaml',
    ...values,
    '--approve',
    'plan',
    '--state',
    state,
  );
  expect(begun.code, show(begun)).toBe(5);
}

async function goOn(state: string): Promise<void> {
  const [runId] = await runIds(state);
  const line =
    runId === undefined
      ? ['apply', 'disk.yaml', ...values, '--auto-approve']
      : ['resume', runId, '--auto-approve'];
  const ended = await bench.drctl(...line, '--state', state);
  expect(ended.code, show(ended)).toBe(0);
  expect((await bench.configMaps()).toSorted()).toEqual(['existing', 'old', 'one', 'two']);
  const [made = ''] = await runIds(state);
  const audit = await bench.drctl('audit', 'verify', made, '--state', state);
  expect(audit.code, show(audit)).toBe(0);
}

describe.runIf(disk !== undefined)('a disk that is full', () => {
  it.each(freePages)(
    'but for %i pages: the run stops where it cannot write, and goes on to the same end when there is room',
    { timeout: TEST_LIMIT_MS },
    async (pages) => {
      await bench.write('disk.yaml', runbook);
      const { dir, fill, makeRoom } = mounted();
      const state = path.join(dir, 'state');
      await fill(pages);
      const ended = await builtDrctl(
        ['apply', 'disk.yaml', ...values, '--auto-approve', '--state', state],
        { cwd: bench.cwd },
      );
      expect(ended.code).not.toBeNull();
      if (ended.code !== 0) await expectUnwritable(ended, state);
      await expectRecorded(state);
      await makeRoom();
      if (ended.code !== 0) await goOn(state);
    },
  );

  it('was full at the header, the lease, the journal and the artifacts', () => {
    expect([...stoppedAt].toSorted()).toEqual([
      'artifacts',
      'header',
      'journal',
      'lease',
      'release',
    ]);
  });
});

// prlimit is of Linux; elsewhere every call of the store is made to fail in process.
describe.runIf(process.platform === 'linux')('a file that may not grow any more', () => {
  it.each(growths)(
    'a journal that may grow by %i bytes: no line is taken for whole that is not, and the run goes on',
    { timeout: TEST_LIMIT_MS },
    async (growth) => {
      await bench.write('disk.yaml', runbook);
      const state = path.join(bench.cwd, '.drctl');
      const at = { cwd: bench.cwd };
      await beginRun(state);
      const [runId = ''] = await runIds(state);
      const journal = path.join(state, 'runs', runId, 'journal.ndjson');
      const fileBytesMax = (await readFile(journal)).byteLength + growth;
      const ended = await builtDrctl(['resume', runId, '--auto-approve'], { ...at, fileBytesMax });
      expect(ended.code).not.toBeNull();
      if (ended.code !== 0) await expectUnwritable(ended, state);
      await expectRecorded(state);
      if (ended.code !== 0) await goOn(state);
    },
  );
});

describe.runIf(disk !== undefined)('a disk that is read-only', () => {
  it(
    'stops before anything is done, still shows and checks the run, and goes on once it is writable',
    async () => {
      await bench.write('disk.yaml', runbook);
      const { dir, setReadOnly } = mounted();
      const at = { cwd: bench.cwd };
      const state = path.join(dir, 'state');
      const options = ['--state', state];
      await beginRun(state);
      const [runId = ''] = await runIds(state);
      setReadOnly(true);
      await expectUnwritable(
        await builtDrctl(['resume', runId, '--auto-approve', ...options], at),
        state,
      );
      await expectUnwritable(
        await builtDrctl(['apply', 'disk.yaml', ...values, '--auto-approve', ...options], at),
        state,
      );
      expect(await bench.configMaps()).toContain('old');
      for (const look of [['status', runId], ['audit', 'verify', runId], ['runs']]) {
        const shown = await builtDrctl([...look, ...options], at);
        expect(shown.code, show(shown)).toBe(0);
        expect(shown.stdout).toContain(runId);
      }
      setReadOnly(false);
      await goOn(state);
    },
    TEST_LIMIT_MS,
  );
});
