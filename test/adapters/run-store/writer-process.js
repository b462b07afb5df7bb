// A process that opens a run, says what came of it, and appends until it is killed or told to stop.
// argv: the built sources, the state folder, the run id. stdout: "opened <pid>" or "refused <code>", then "<seq>" for
// every append that was acknowledged.

import { writeSync } from 'node:fs';

const [, , built, root, runId] = process.argv;
const { createFileRunStore } = await import(`${built}/adapters/run-store/file/file-run-store.js`);
const { createSystem, operator } = await import(`${built}/adapters/system.js`);

const say = (line) => writeSync(1, `${line}\n`);
const store = createFileRunStore({ root, system: createSystem() });
process.stdin.once('data', () => void work());
say('ready');

async function work() {
  try {
    const lease = await store.open(runId, { by: operator() });
    say(`opened ${process.pid}`);
    for (let cursor = 1; cursor <= 1_000_000; cursor += 1) {
      const { seq } = await lease.append({ type: 'step.progressed', step: 'copy', cursor });
      say(seq);
    }
  } catch (error) {
    say(`refused ${error.code}`);
    process.exit(0);
  }
}
