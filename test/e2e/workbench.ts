// A folder with a lab of its own, and the built drctl run in it as a person would: real processes, real signals.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { JournalEvent, JournalRecord } from '../../src/engine/index.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const runbook = path.join(root, 'runbooks/aws-same-region.yaml');
const binary = path.join(root, 'bin/drctl.js');

const startTimer = globalThis.setTimeout;

const POLL_MS = 20;
const COMMAND_LIMIT_MS = 240_000;

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Interruption {
  readonly signal: NodeJS.Signals;
  /** The signal is sent when the run's journal holds such an event. */
  when(event: JournalEvent): boolean;
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
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: dir,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const limit = startTimer(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
    const watcher =
      interruption === undefined
        ? undefined
        : watchJournal(dir, interruption, () => child.kill(interruption.signal));
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit);
      watcher?.();
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
}

/** Calls `hit` once, as soon as an event written from now on fits. Returns what stops the watch. */
function watchJournal(dir: string, interruption: Interruption, hit: () => void): () => void {
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    const known = (await readJournal(dir)).length;
    while (!stop.signal.aborted) {
      const events = await readJournal(dir);
      const fresh = events.length < known ? events : events.slice(known);
      if (fresh.some((event) => interruption.when(event))) {
        hit();
        return;
      }
      await setTimeout(POLL_MS);
    }
  };
  void look();
  return () => stop.abort();
}

export async function readJournal(dir: string, runId?: string): Promise<readonly JournalEvent[]> {
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

/** True when the step (or an instance of it) has begun. */
export function began(step: string): (event: JournalEvent) => boolean {
  return (event) =>
    event.type === 'step.started' && (event.step === step || event.step.startsWith(`${step}[`));
}

/** Fails with all that the command said when it does not exit with 0. */
export async function mustSucceed(world: Workbench, ...args: string[]): Promise<void> {
  const outcome = await world.drctl(...args);
  expect(outcome.exitCode, show(outcome)).toBe(0);
}

export function show(outcome: Outcome): string {
  return `exit ${outcome.exitCode ?? outcome.signal}\n${outcome.stdout}\n${outcome.stderr}`;
}
