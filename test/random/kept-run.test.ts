// What is kept of a run: whatever is in it, drctl gets a value or a DrctlError of the catalogue, in bounded time: never a TypeError,
// never a RangeError, never a hang. Told again with DRCTL_TEST_SEED.

import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileRunStore, createSystem } from '../../src/adapters/index.ts';
import type { StateStore } from '../../src/adapters/index.ts';
import { decodeHeader } from '../../src/adapters/run-store/run-header.ts';
import { runHeader } from '../contracts/run-header.ts';
import { auditRun, createRegistry } from '../../src/engine/index.ts';
import { tally } from '../support/tally.ts';
import { drain, extremes, inputsTried, once, outcomeOf } from './outcome.ts';
import { mutated, mutatedJson, runs, seed } from './seed.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drctl-random-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  tally({
    suite: 'random inputs: runs on the disk',
    faults: inputsTried(),
    violations: 0,
    differences: 0,
    seed,
  });
});

async function readHeader(text: string): Promise<void> {
  const outcome = await outcomeOf(() => decodeHeader(text, 'run.json'));
  expect(['fine', 'JOURNAL_CORRUPT', 'JOURNAL_VERSION']).toContain(outcome);
}

describe('the header of a run', () => {
  it('with anything in it is a whole header or damage', async () => {
    const whole = { ...runHeader('run-1'), sources: [{ path: 'r.yaml', text: 'kind: Runbook' }] };
    const valid = JSON.stringify(whole, null, 2);
    for (const text of extremes(valid)) await readHeader(text);
    await fc.assert(fc.asyncProperty(mutated(valid), readHeader), runs(300));
    await fc.assert(
      fc.asyncProperty(mutatedJson(whole), async (value) =>
        readHeader(JSON.stringify(value) ?? ''),
      ),
      runs(300),
    );
  }, 60_000);
});

async function newStore(): Promise<{ store: StateStore; file(name: string): string }> {
  const root = await mkdtemp(path.join(folder, 'state-'));
  const store = createFileRunStore({ root, system: createSystem(), notice: () => undefined });
  const lease = await store.create(runHeader('run-1'));
  await lease.append({ type: 'run.interrupted', because: 'x' });
  await lease.artifacts.write('a', once('a'));
  await lease.release();
  return { store, file: (name) => path.join(root, 'runs', 'run-1', name) };
}

describe('a run on the disk', () => {
  const registry = createRegistry([]);

  it.each(['lease-1.json', 'run.json', 'journal.ndjson'])(
    'with anything in %s is opened, refused or audited, and never a riddle',
    async (name) => {
      const { store, file } = await newStore();
      const valid = await readFile(file(name), 'utf8');
      const by = runHeader('run-1').by;
      const read = async (text: string): Promise<void> => {
        for (const one of await readdir(file('.'))) {
          if (/^lease-([2-9]|\d\d+)\.json$/.test(one)) await rm(file(one));
        }
        await writeFile(file(name), text);
        await outcomeOf(async () => store.holder('run-1'));
        await outcomeOf(async () => drain(store.read('run-1')));
        await outcomeOf(async () => (await store.open('run-1', { by })).release());
        expect(await outcomeOf(async () => store.list())).toBe('fine');
        expect(await outcomeOf(async () => auditRun('run-1', { store, registry }))).toBe('fine');
      };
      for (const text of extremes(valid)) await read(text);
      await fc.assert(fc.asyncProperty(mutated(valid), read), runs(60));
      const [first = ''] = valid.split('\n{"format"', 1);
      const whole = JSON.parse(first) as unknown;
      await fc.assert(
        fc.asyncProperty(mutatedJson(whole), async (value) => read(JSON.stringify(value) ?? '')),
        runs(60),
      );
    },
    180_000,
  );
});
