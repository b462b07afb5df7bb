// Stands a test's own child processes still for a while, as a machine that swaps or a paused virtual machine does. Only
// processes whose command line names the given folder are touched.

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ids of the running processes of these programs whose arguments name the folder. */
function processesOf(folder: string, programs: readonly string[]): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const isProgram = programs.some((program) => words[0]?.endsWith(`/${program}`) === true);
        return isProgram && words.some((word) => word.includes(folder));
      } catch {
        return false;
      }
    });
}

/** Freezes one of them after the other, until the signal; all of them go on when it resolves. Gives how often. */
export async function freezeInTurn(options: {
  readonly folder: string;
  readonly programs: readonly string[];
  readonly everyMs: number;
  readonly forMs: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { folder, programs, everyMs, forMs, random, signal } = options;
  let frozen = 0;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    const pids = processesOf(folder, programs);
    const pid = pids[Math.floor(random() * pids.length)];
    if (signal.aborted || pid === undefined) continue;
    process.kill(pid, 'SIGSTOP');
    frozen += 1;
    await sleep(forMs, undefined, { signal }).catch(() => undefined);
    process.kill(pid, 'SIGCONT');
  }
  return frozen;
}
