// The store that the engine's tests run on keeps to the same contract as the real one.

import { MemoryRunStore } from '../fakes/memory-run-store.ts';
import { describeRunStore } from './run-store.suite.ts';

describeRunStore('memory', async () => {
  const store = new MemoryRunStore();
  return {
    store,
    readJournal: async (runId) => store.journal(runId),
    writeJournal: async (runId, text) => store.setJournal(runId, text),
    killHolders: async () => store.killHolders(),
    other: () => store,
  };
});
