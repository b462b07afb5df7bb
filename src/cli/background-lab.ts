// Starts the lab as a process of its own that outlives this one, and waits until it says that it is ready.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DrctlError } from '../engine/index.ts';
import type { LabFiles } from '../lab/index.ts';
import type { WorldFlags } from './commands/lab.ts';
import { labWords } from './handlers/lab-serve.ts';
import type { LabMessage } from './handlers/lab-serve.ts';
import { packageFile } from './package-files.ts';

const READY_TIMEOUT_MS = 300_000;
const MAX_LOG_CHARS = 2_000;

export interface BackgroundLab {
  readonly dir: string;
  readonly files: LabFiles;
  readonly log: string;
  readonly pid: number;
}

/** LAB_FAILED with the end of its log when it does not become ready. */
export async function startBackgroundLab(
  dir: string,
  args: WorldFlags,
  signal: AbortSignal,
): Promise<BackgroundLab> {
  try {
    await (await import('../adapters/index.ts')).ensureFolder(dir);
  } catch (cause) {
    throw new DrctlError('LAB_FAILED', `The lab's folder ${dir} cannot be made`, {
      cause,
      hint: 'Choose another one with --dir',
    });
  }
  // The lab keeps a log of its own; this one has what its process prints.
  const log = path.join(dir, 'process.log');
  const file = await open(log, 'a', 0o600);
  const { size: logBegins } = await file.stat();
  const words = [
    packageFile('bin/drctl.js'),
    'lab',
    'serve',
    '--no-color',
    '--dir',
    dir,
    ...labWords(args),
  ];
  const child = spawn(process.execPath, words, {
    detached: true,
    stdio: ['ignore', file.fd, file.fd, 'ipc'],
  });
  try {
    const files = await becomesReady(child, { log, logBegins, signal });
    child.unref();
    return { dir, files, log, pid: child.pid ?? 0 };
  } catch (error) {
    child.kill('SIGTERM');
    throw error;
  } finally {
    if (child.connected) child.disconnect();
    await file.close();
  }
}

async function becomesReady(
  child: ChildProcess,
  {
    log,
    logBegins,
    signal,
  }: {
    readonly log: string;
    /** What an earlier lab printed comes before. */
    readonly logBegins: number;
    readonly signal: AbortSignal;
  },
): Promise<LabFiles> {
  const outcome = await new Promise<LabMessage | string>((resolve, reject) => {
    const timer = setTimeout(
      () => resolve(`is not ready after ${READY_TIMEOUT_MS / 1_000}s`),
      READY_TIMEOUT_MS,
    );
    const settle = (result: LabMessage | string): void => {
      clearTimeout(timer);
      resolve(result);
    };
    child.once('message', (message: LabMessage) => settle(message));
    child.once('error', (error) => settle(`cannot be started: ${error.message}`));
    child.once('exit', (code, killed) =>
      settle(`ended with ${code === null ? `signal ${killed ?? '?'}` : `exit code ${code}`}`),
    );
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  if (typeof outcome !== 'string') {
    if (outcome.ready) return outcome.files;
    throw new DrctlError('LAB_FAILED', outcome.message, { hint: outcome.hint });
  }
  const text = await readFile(log).catch(() => Buffer.alloc(0));
  const said = text.subarray(logBegins).toString('utf8').slice(-MAX_LOG_CHARS).trim();
  throw new DrctlError('LAB_FAILED', `The lab ${outcome}: ${said}`, {
    hint: `Its log is ${log}`,
  });
}
