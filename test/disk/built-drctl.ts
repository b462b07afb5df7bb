// The built drctl in a process of its own, with what limits its disk.

import { spawn } from 'node:child_process';
import path from 'node:path';

const binary = path.resolve(import.meta.dirname, '../../bin/drctl.js');
const LIMIT_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd: string;
  /** No file may grow beyond this: the write that would is cut short, the next one refused (EFBIG). */
  readonly fileBytesMax?: number;
}

/** Never rejects for what drctl says; killed after a minute, then `code` is null. */
export function builtDrctl(
  argv: readonly string[],
  { cwd, fileBytesMax }: Surroundings,
): Promise<Ended> {
  const line = [process.execPath, binary, ...argv];
  const [command = '', ...args] =
    fileBytesMax === undefined ? line : ['prlimit', `--fsize=${fileBytesMax}`, ...line];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (ended[name] += text));
    }
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, ...ended });
    });
  });
}
