// Is the process that wrote a lease still the same living process? A pid alone cannot tell: pids are used again after
// the process, and after the machine, has restarted. In doubt the answer is "alive": a lease is then not taken over.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const psTimeoutMs = 5_000;

/** What is written beside host and pid. Parts that the system does not tell are absent. */
export interface ProcessIdentity {
  /** Changes when the machine restarts. */
  readonly boot?: string;
  /** Tells machines with the same host name apart. A digest: the id itself is confidential by machine-id(5). */
  readonly machine?: string;
  /** When the process started, in the system's own format; only ever compared for equality. */
  readonly started?: string;
}

export interface IdentifiedProcess extends ProcessIdentity {
  readonly host: string;
  readonly pid: number;
}

export type Liveness = 'alive' | 'dead' | 'elsewhere';

export async function identify(pid: number): Promise<ProcessIdentity> {
  const [boot, machineId, started] = await Promise.all([
    readText('/proc/sys/kernel/random/boot_id'),
    readText('/etc/machine-id'),
    startOf(pid),
  ]);
  return {
    ...(boot === undefined ? {} : { boot }),
    ...(machineId === undefined ? {} : { machine: digest(machineId) }),
    ...(started.kind === 'running' ? { started: started.at } : {}),
  };
}

/** `elsewhere`: a process of another machine, of which nothing can be told from here. */
export async function livenessOf(process: IdentifiedProcess): Promise<Liveness> {
  if (process.host !== hostname()) return 'elsewhere';
  const here = await identify(process.pid);
  if (differ(process.machine, here.machine)) return 'elsewhere';
  if (differ(process.boot, here.boot)) return 'dead';
  if (!exists(process.pid)) return 'dead';
  const started = await startOf(process.pid);
  if (started.kind === 'ended') return 'dead';
  return started.kind === 'running' && differ(process.started, started.at) ? 'dead' : 'alive';
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

type Start =
  | { readonly kind: 'running'; readonly at: string }
  /** Gone, or a zombie whose parent has not asked for its exit code yet. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'unknown' };

/** proc(5): after the command's closing parenthesis come the state (field 3) … and the start time (field 22). */
async function startOf(pid: number): Promise<Start> {
  const stat = await readText(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return { kind: 'ended' };
    return fields[19] === undefined ? { kind: 'unknown' } : { kind: 'running', at: fields[19] };
  }
  // Where there is a /proc, a process that is not in it is none; asking ps would only cost time.
  if ((await readText('/proc/self/stat')) !== undefined) return { kind: 'ended' };
  return startByPs(pid);
}

/** Where there is no /proc (macOS). */
async function startByPs(pid: number): Promise<Start> {
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
      timeout: psTimeoutMs,
      env: { ...process.env, LC_ALL: 'C' },
    });
    const at = stdout.trim();
    return at === '' ? { kind: 'unknown' } : { kind: 'running', at };
  } catch {
    // ps is missing, or the process ended meanwhile; `exists` decides.
    return { kind: 'unknown' };
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(`drctl lease ${text}`).digest('hex').slice(0, 16);
}
