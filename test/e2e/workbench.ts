// A folder with a lab of its own, and the built drctl run in it as a person would: real processes, real signals.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { JournalEvent, JournalRecord } from '../../src/engine/index.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const runbook = path.join(root, 'runbooks/aws-same-region.yaml');
const binary = path.join(root, 'bin/drctl.js');
export const diesAtRecord = path.join(root, 'test/support/die.mjs');

const COMMAND_LIMIT_MS = 480_000;

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of test/support/die.mjs: the signal comes from within, at one exact record of the journal. */
export interface Interruption {
  readonly signal: NodeJS.Signals;
  /** The first record of this step, or of an instance of it, that the process writes. */
  readonly step?: string;
  /** The first record of this type. */
  readonly type?: JournalEvent['type'];
  /** This record of those that the process writes, counted from 1. */
  readonly append?: number;
}

/** Where a drctl runs, when that is not the folder of the lab on this machine. */
export interface Elsewhere {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** As another machine's; needs root. */
  readonly hostname?: string;
  readonly interruption?: Interruption;
  /** Called with the process once it runs. */
  started?(child: ChildProcess): void;
}

export interface Workbench {
  readonly dir: string;
  /** The arguments that fit the shipped runbook to this lab. */
  readonly env: readonly string[];
  drctl(...args: string[]): Promise<Outcome>;
  interrupted(interruption: Interruption, ...args: string[]): Promise<Outcome>;
  /** The journal of the newest run, or of the one named. */
  journal(runId?: string): Promise<readonly JournalEvent[]>;
  close(): Promise<void>;
}

/** Starts a lab; `flags` as for "drctl lab up". */
export async function openWorkbench(...flags: string[]): Promise<Workbench> {
  const dir = await mkdtemp(path.join(tmpdir(), 'drctl-e2e-'));
  const bench: Workbench = {
    dir,
    env: ['-e', path.join(dir, '.drctl/lab/lab.env')],
    drctl: (...args) => run(dir, args),
    interrupted: (interruption, ...args) => run(dir, args, interruption),
    journal: (runId) => readJournal(dir, runId),
    async close() {
      await run(dir, ['lab', 'down']);
      await rm(dir, { recursive: true, force: true });
    },
  };
  const up = await bench.drctl('lab', 'up', ...flags);
  if (up.exitCode !== 0) throw new Error(`The lab did not start: ${up.stdout}${up.stderr}`);
  return bench;
}

function run(dir: string, args: readonly string[], interruption?: Interruption): Promise<Outcome> {
  return runElsewhere(
    { dir, env: {}, ...(interruption === undefined ? {} : { interruption }) },
    args,
  );
}

export function runElsewhere(where: Elsewhere, args: readonly string[]): Promise<Outcome> {
  const { dir, hostname, interruption } = where;
  return new Promise((resolve, reject) => {
    const dies = interruption === undefined ? [] : ['--import', diesAtRecord];
    const words = [process.execPath, ...dies, binary, ...args];
    const renamed = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', hostname ?? ''];
    const [program = '', ...rest] = hostname === undefined ? words : [...renamed, ...words];
    const child = spawn(program, rest, {
      cwd: dir,
      env: {
        ...process.env,
        NO_COLOR: '1',
        DRCTL_TEST_DIE: JSON.stringify(interruption),
        ...where.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    where.started?.(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit);
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
}

async function readJournal(dir: string, runId?: string): Promise<readonly JournalEvent[]> {
  const runs = path.join(dir, '.drctl/runs');
  const ids = await readdir(runs).catch(() => []);
  // Ids begin with the time.
  const id = runId ?? ids.toSorted((a, b) => (a < b ? -1 : 1)).at(-1);
  if (id === undefined) return [];
  const text = await readFile(path.join(runs, id, 'journal.ndjson'), 'utf8').catch(() => '');
  // The last piece is a line that is still being written, or nothing.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as JournalRecord).event);
}

/** Fails with all that the command said when it does not exit with 0. */
export async function mustSucceed(world: Workbench, ...args: string[]): Promise<void> {
  const outcome = await world.drctl(...args);
  expect(outcome.exitCode, show(outcome)).toBe(0);
}

export function show(outcome: Outcome): string {
  return `exit ${outcome.exitCode ?? outcome.signal}\n${outcome.stdout}\n${outcome.stderr}`;
}
