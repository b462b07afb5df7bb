// A server as a process of its own: a program of the benchmark's bundle, which says one line when it serves, and ends with
// its standard input.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface ChildServer {
  /** Its first line. */
  readonly said: string;
  close(): Promise<void>;
}

/** `program` is the name of its file in the bundle. Rejects when it ends instead of serving. */
export async function startChildServer(
  program: string,
  args: readonly string[],
): Promise<ChildServer> {
  const file = path.join(path.dirname(process.argv[1] ?? ''), `${program}.js`);
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const said = (await Promise.race([once(child.stdout, 'data'), gone])) as unknown[];
  if (!Buffer.isBuffer(said[0])) throw new Error(`${program} ended with ${String(said[0])}`);
  return {
    said: said[0].toString().trim(),
    close: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
