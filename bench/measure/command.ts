// A whole command as a process: how long it took, and the most memory it held.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Ran {
  seconds: number;
  /** The high-water mark of resident memory of the process itself, in MiB, read every 10 ms: Linux only, else 0. */
  peakMiB: number;
  stdout: string;
}

export interface RunOptions {
  cwd?: string;
  /** Beside this process's own variables. */
  env?: Record<string, string>;
  /** Exit codes that are no failure; 0 by itself. */
  accept?: readonly number[];
  /** Kills the command after so many seconds; 600 by itself. */
  limitSeconds?: number;
  /** Where the command's output goes: kept, or thrown away by the system (for much of it). */
  stdout?: 'keep' | 'ignore';
}

const SAMPLE_MS = 10;

/** Runs a command without a shell. Rejects, with what it said, when it ends otherwise than accepted. */
export async function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [file = '', ...args] = argv;
  const { accept = [0], limitSeconds = 600 } = options;
  const before = process.hrtime.bigint();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: ['ignore', options.stdout === 'ignore' ? 'ignore' : 'pipe', 'pipe'],
    timeout: limitSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let peakMiB = 0;
  const sampler = setInterval(() => {
    peakMiB = Math.max(peakMiB, highWaterMiB(child.pid));
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  }).finally(() => {
    clearInterval(sampler);
  });
  const took = Number(process.hrtime.bigint() - before) / 1e9;
  if (code === null || !accept.includes(code)) {
    throw new Error(`${argv.join(' ')} ended with ${String(code)}:\n${stdout}\n${stderr}`);
  }
  return { seconds: took, peakMiB, stdout };
}

/** NODE_EXTRA_CA_CERTS alone adds 64 ms to every start of Node: it is taken away on both sides. */
function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return { ...rest, ...extra };
}

/** VmHWM of proc(5), in kB there. */
function highWaterMiB(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0; // The process is gone, or this is no Linux.
  }
}

/** Where a program is on the PATH; undefined where it is not. */
export function installed(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));
}
