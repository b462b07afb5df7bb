// Temporary files and folders of processes that were killed do not add up in the state folder.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileRunStore, createSystem } from '../../../src/adapters/index.ts';
import { nameUnborn } from '../../../src/adapters/run-store/file/leftovers.ts';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';

const by = operatorOf();
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drctl-leftovers-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const inRun = (...names: string[]): string => join(root, 'runs', 'run-1', ...names);

describe('what a killed process left behind', () => {
  it('is gone when the next one has the lease: of the run and of runs that were never begun', async () => {
    const store = createFileRunStore({ root, system: createSystem() });
    await (await store.create(runHeader('run-1'))).release();
    await mkdir(inRun('partial'));
    const left = [
      inRun('partial', '0123456789abcdef'),
      inRun('.lease-0123456789ab'),
      inRun('lease-1.json.tmp-0123456789ab'),
      inRun('journal.ndjson.next'),
    ];
    for (const path of left) await writeFile(path, 'half');
    const unborn = nameUnborn(2 ** 22 + 1);
    const beingMade = nameUnborn(process.pid);
    const elsewhere = unborn.replace(/^\.new-[0-9a-f]+/, '.new-00000000');
    for (const name of [unborn, beingMade, elsewhere]) await mkdir(join(root, 'runs', name));
    await (await store.open('run-1', { by })).release();
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    const names = await readdir(join(root, 'runs'));
    expect(names.sort()).toEqual([beingMade, elsewhere, 'run-1'].sort());
    expect(existsSync(inRun('run.json'))).toBe(true);
  });

  it('keeps the folder out of git although its .gitignore was never written to', async () => {
    const ignore = join(root, '.gitignore');
    await writeFile(ignore, '');
    const store = createFileRunStore({ root, system: createSystem() });
    await (await store.create(runHeader('run-1'))).release();
    expect(await readFile(ignore, 'utf8')).toBe('*\n');
    await writeFile(ignore, '# mine\n');
    await (await store.create(runHeader('run-2'))).release();
    expect(await readFile(ignore, 'utf8')).toBe('# mine\n');
  });
});
