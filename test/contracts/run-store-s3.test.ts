// The S3 store, against the lab's own server and against one that nobody here wrote.

import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { AwsSettings } from '../../src/adapters/index.ts';
import { contents, openProcess, put, remove } from '../adapters/run-store/s3-state.ts';
import { MotoTargets } from '../adapters/aws/moto-target.ts';
import { startTarget } from '../adapters/aws/target.ts';
import { motoProgram } from '../lab/real/moto.ts';
import { closingLater, releaseLeases } from './open-leases.ts';
import { describeRunStore } from './run-store.suite.ts';
import type { RunStoreUnderTest } from './run-store.suite.ts';

/** Above the highest pid of any Linux or macOS system. */
const noProcess = 2 ** 30;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  await releaseLeases();
  for (const close of closers.splice(0)) await close();
});

const journal = (runId: string): string => `runs/${runId}/journal/`;

function onServer(settings: AwsSettings): RunStoreUnderTest {
  const open = () => {
    const opened = openProcess(settings);
    closers.unshift(() => opened.store.close());
    return opened;
  };
  const one = open();
  return {
    store: closingLater(one.store),
    readJournal: async (runId) => [...(await contents(one, journal(runId))).values()].join(''),
    async writeJournal(runId, text) {
      for (const key of (await contents(one, journal(runId))).keys()) await remove(one, key);
      await put(one, `${journal(runId)}000000000001.ndjson`, text);
    },
    async killHolders() {
      for (const [key, text] of await contents(one, 'runs/')) {
        if (!key.includes('/lease-')) continue;
        await put(one, key, JSON.stringify({ ...(JSON.parse(text) as object), pid: noProcess }));
      }
    },
    other: () => closingLater(open().store),
  };
}

describeRunStore(
  'S3',
  async () => {
    const { settings, close } = await startTarget();
    closers.push(close);
    return onServer(settings);
  },
  { writesAreWhole: true },
);

describe.skipIf(motoProgram === undefined)('moto_server (skipped where it is absent)', () => {
  const targets = new MotoTargets();
  beforeAll(() => targets.start());
  afterAll(() => targets.close());

  describeRunStore(
    'S3',
    async () => {
      const { settings, close } = await targets.open();
      closers.push(close);
      return onServer(settings);
    },
    { writesAreWhole: true },
  );
});
