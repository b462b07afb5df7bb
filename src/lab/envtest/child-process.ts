// Programs that the lab starts beside itself. Each has a log of its own; none outlives the lab, however it ends:
// a watcher, whose input closes with this process, ends what is left even when this process was killed outright.

import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../lab-types.ts';

export interface ProgramOptions {
  /** Names the log: "<name>.log". */
  readonly name: string;
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Program {
  readonly pid: number;
  isRunning(): boolean;
  /** Polls `isReady` (which may throw: not yet). Throws LabError with the end of the log when the program ends or takes too long. */
  becomesReady(isReady: () => Promise<boolean>): Promise<void>;
  /** Asks it to end, and ends it when it does not. Idempotent. */
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 120_000;
const READY_POLL_MS = 60;
const STOP_LIMIT_MS = 10_000;
const SHOWN_LOG_CHARS = 1_500;

/** Keeps the pids that are alive ("+ 12", "- 12" on its input) and kills them at the end of its input. */
const WATCHER = `pids=" "
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done`;

/** All programs of one lab. */
export class ChildProcesses {
  private readonly folder: string;
  private readonly running = new Set<Program>();
  private watcher: ChildProcess | undefined;

  /** `folder`: for the logs. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Resolves when the program runs; it may not be ready yet. LabError when it cannot be started. */
  async start(options: ProgramOptions): Promise<Program> {
    const log = join(this.folder, `${options.name}.log`);
    const file = await open(log, 'a', 0o600);
    try {
      const { size: logBegins } = await file.stat();
      // A group of its own: Ctrl-C at the terminal is the lab's to answer, in order.
      const child = spawn(options.program, options.args, {
        detached: true,
        stdio: ['ignore', file.fd, file.fd],
        env: { ...process.env, ...options.env },
      });
      const pid = await started(child, options);
      this.watch(`+ ${pid}`);
      const program = createProgram(child, { pid, log, logBegins, name: options.name });
      this.running.add(program);
      child.once('exit', () => {
        this.running.delete(program);
        this.watch(`- ${pid}`);
      });
      return program;
    } finally {
      await file.close();
    }
  }

  /** Ends every program; idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.running].map((program) => program.stop()));
    this.watcher?.stdin?.end();
    this.watcher = undefined;
  }

  private watch(line: string): void {
    if (this.watcher === undefined) {
      this.watcher = spawn('/bin/sh', ['-c', WATCHER], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      // Without a watcher the lab still works; only a killed lab would leave its programs behind.
      this.watcher.on('error', () => undefined);
      this.watcher.stdin?.on('error', () => undefined);
      this.watcher.unref();
      (this.watcher.stdin as (NodeJS.WritableStream & { unref?(): void }) | null)?.unref?.();
    }
    this.watcher.stdin?.write(`${line}\n`);
  }
}

function started(child: ChildProcess, options: ProgramOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (cause) =>
      reject(
        new LabError(
          `${options.program} cannot be started: ${cause.message}`,
          'Is it a program for this machine?',
          { cause },
        ),
      ),
    );
  });
}

interface Started {
  readonly pid: number;
  readonly name: string;
  readonly log: string;
  readonly logBegins: number;
}

function createProgram(child: ChildProcess, { pid, name, log, logBegins }: Started): Program {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  let stopping: Promise<void> | undefined;

  async function fail(because: string): Promise<never> {
    const text = await readFile(log).catch(() => Buffer.alloc(0));
    const said = text.subarray(logBegins).toString('utf8').slice(-SHOWN_LOG_CHARS).trim();
    throw new LabError(`${name} ${because}: ${said}`, `Its whole log is ${log}`);
  }

  async function end(): Promise<void> {
    if (!isRunning()) return;
    child.kill('SIGTERM');
    const limit = new AbortController();
    const killer = delay(STOP_LIMIT_MS, undefined, { signal: limit.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await exited;
    limit.abort();
    await killer;
  }

  return {
    pid,
    isRunning,
    async becomesReady(isReady) {
      const deadline = Date.now() + READY_LIMIT_MS;
      while (!(await isReady().catch(() => false))) {
        if (!isRunning())
          await fail(`ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`);
        if (Date.now() > deadline) await fail(`is not ready after ${READY_LIMIT_MS / 1_000} s`);
        await delay(READY_POLL_MS);
      }
    },
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
}
