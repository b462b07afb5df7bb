// The built drctl as a process of its own, that can be killed: at one record of its journal, or after some time.

import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const limitMs = 240_000;

export type Killing = { readonly append: number } | { readonly afterMs: number };

export interface EndedProcess {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function startDrctl(
  cwd: string,
  args: readonly string[],
  killing: Killing | undefined,
): Promise<EndedProcess> {
  const atRecord = killing !== undefined && 'append' in killing;
  const dies = atRecord ? ['--import', path.join(root, 'test/support/die.mjs')] : [];
  const env = {
    ...process.env,
    NO_COLOR: '1',
    ...(atRecord && { DRCTL_TEST_DIE: JSON.stringify({ signal: 'SIGKILL', ...killing }) }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...dies, path.join(root, 'bin/drctl.js'), ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const afterMs = killing !== undefined && 'afterMs' in killing ? killing.afterMs : limitMs;
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
}
