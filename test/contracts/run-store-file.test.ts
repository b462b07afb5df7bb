// The file store on a real disk.

import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { createFileRunStore, createSystem } from '../../src/adapters/index.ts';
import { closingLater, releaseLeases } from './open-leases.ts';
import { describeRunStore } from './run-store.suite.ts';

const folders: string[] = [];
afterEach(releaseLeases);
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Above the highest pid of any Linux or macOS system. */
const noProcess = 2 ** 30;

describeRunStore('file', async () => {
  const root = await mkdtemp(join(tmpdir(), 'drctl-store-'));
  folders.push(root);
  const system = createSystem();
  const path = (runId: string): string => join(root, 'runs', runId, 'journal.ndjson');
  return {
    store: closingLater(createFileRunStore({ root, system })),
    readJournal: (runId) => readFile(path(runId), 'utf8'),
    writeJournal: (runId, text) => writeFile(path(runId), text),
    killHolders: async () => {
      for (const run of await readdir(join(root, 'runs'))) {
        for (const name of await readdir(join(root, 'runs', run))) {
          if (!name.startsWith('lease-')) continue;
          const lease = join(root, 'runs', run, name);
          const holder = JSON.parse(await readFile(lease, 'utf8')) as object;
          await writeFile(lease, JSON.stringify({ ...holder, pid: noProcess }));
        }
      }
    },
    other: () => closingLater(createFileRunStore({ root, system })),
  };
});
