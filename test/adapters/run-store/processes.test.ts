// Several real processes on one run: who gets the lease, and what a killed one leaves behind.

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createFileRunStore, createSystem } from '../../../src/adapters/index.ts';
import { runHeader } from '../../contracts/run-header.ts';
import { buildSources } from '../../support/built-sources.ts';

const processes = 6;
const system = createSystem();
let built = '';
let root = '';
const children: Writer[] = [];

interface Writer {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: AsyncIterator<string>;
  readonly ended: Promise<unknown>;
}

beforeAll(async () => {
  built = await buildSources();
  root = await mkdtemp(join(tmpdir(), 'drctl-race-'));
});
afterEach(async () => {
  for (const writer of children.splice(0)) await kill(writer);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(built, { recursive: true, force: true });
});

it('gives a lease that nobody holds to exactly one of several processes', async () => {
  await createRun('free');
  const answers = await race('free');
  expect(answers.filter((answer) => answer.startsWith('opened'))).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'refused RUN_LOCKED')).toHaveLength(processes - 1);
});

it('gives the lease of a killed process to exactly one of several, round after round', async () => {
  await createRun('dead');
  for (let round = 0; round < 4; round += 1) {
    const writers = await start('dead');
    const answers = await go(writers);
    expect(answers.filter((answer) => answer.startsWith('opened'))).toHaveLength(1);
    for (const writer of writers) await kill(writer);
  }
});

it('has every event that a process killed with SIGKILL was told is durable, and no gap', async () => {
  await createRun('killed');
  let acknowledged = 0;
  for (let round = 0; round < 4; round += 1) {
    const [writer] = await start('killed', 1);
    if (writer === undefined) throw new Error('No process');
    expect((await go([writer]))[0]).toMatch(/^opened/);
    const stopAt = acknowledged + 20 + round * 7;
    while (acknowledged < stopAt) acknowledged = Number(await next(writer));
    await kill(writer);
    for (
      let left = await writer.lines.next();
      left.done !== true;
      left = await writer.lines.next()
    ) {
      acknowledged = Number(left.value);
    }
  }
  const records = [];
  for await (const record of createFileRunStore({ root, system }).read('killed')) {
    records.push(record);
  }
  expect(records.length).toBeGreaterThanOrEqual(acknowledged);
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
});

it('refuses a run whose holder is alive and stopped, however long it is silent', async () => {
  await createRun('stopped');
  const [writer] = await start('stopped', 1);
  if (writer === undefined) throw new Error('No process');
  await go([writer]);
  writer.child.kill('SIGSTOP');
  const answers = await race('stopped');
  expect(new Set(answers)).toEqual(new Set(['refused RUN_LOCKED']));
  writer.child.kill('SIGCONT');
});

async function createRun(runId: string): Promise<void> {
  await (await createFileRunStore({ root, system }).create(runHeader(runId))).release();
}

async function race(runId: string): Promise<readonly string[]> {
  return go(await start(runId));
}

/** Processes that have loaded everything and wait for the word. */
async function start(runId: string, count = processes): Promise<readonly Writer[]> {
  const writers = Array.from({ length: count }, (): Writer => {
    const script = join(import.meta.dirname, 'writer-process.js');
    const child = spawn(process.execPath, [script, built, root, runId]);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, lines, ended: once(child, 'exit') };
  });
  children.push(...writers);
  for (const writer of writers) expect(await next(writer)).toBe('ready');
  return writers;
}

async function go(writers: readonly Writer[]): Promise<readonly string[]> {
  for (const { child } of writers) child.stdin.write('go\n');
  return Promise.all(writers.map(next));
}

async function next({ lines }: Writer): Promise<string> {
  const line = await lines.next();
  return line.done === true ? 'ended' : line.value;
}

async function kill({ child, ended }: Writer): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
