// `drctl cleanup --runbook`: the state of a run is lost, and only the world tells what it holds down. Against a real API
// server on loopback.

import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { values } from './bench.ts';
import { createHoldingBench, lease, operator } from './holding-bench.ts';
import type { CliResult } from './run-cli.ts';

const bench = createHoldingBench(true);
const { signal } = new AbortController();
const noteName = 'drctl.dev/scaled';

interface Seen {
  readonly replicas: number;
  readonly note: string | undefined;
}

async function seen(): Promise<Seen> {
  const { spec, metadata } = (await bench.client().get(operator, signal)) as unknown as {
    spec: { replicas: number };
    metadata: { annotations?: Record<string, string> };
  };
  return { replicas: spec.replicas, note: metadata.annotations?.[noteName] };
}

/** As a Lease looks that a process of another machine took. */
async function takenElsewhere(): Promise<void> {
  const process = JSON.stringify({ host: 'lost-machine', pid: 1 });
  const patch = { metadata: { annotations: { 'drctl.dev/process': process } } };
  await bench.client().patch(lease, { type: 'merge', patch, signal });
}

async function lost(): Promise<void> {
  await bench.abandon();
  await takenElsewhere();
  await rm(path.join(bench.cwd, '.drctl'), { recursive: true });
}

function cleanup(...flags: string[]): Promise<CliResult> {
  return bench.drctl('cleanup', '--runbook', 'small.yaml', ...values, ...flags);
}

describe('a run whose state is lost', () => {
  it('left a note on what it scaled, in the same write, which goes with the undo', async () => {
    await bench.abandon();
    expect(JSON.parse((await seen()).note ?? '')).toMatchObject({
      run: expect.stringMatching(/-small-/),
      step: 'hold',
      before: 3,
      after: 0,
    });
    expect((await bench.drctl('rollback', '--auto-approve')).code).toBe(0);
    expect(await seen()).toEqual({ replicas: 3, note: undefined });
  });

  it('is found by what it holds down and by its locks, and by whom and since when', async () => {
    await lost();
    const { code, stdout } = await cleanup('--preview');
    expect(code).toBe(0);
    expect(stdout).toContain('Run RUN-small');
    expect(stdout).toMatch(
      /begun by USER@HOST at TIME|begun by USER@HOST at \S+; its state was in CWD/,
    );
    expect(stdout).toContain(
      'holds here Deployment default/operator at 0 since TIME, was 3 (hold)',
    );
    expect(stdout).toContain('holds the lock default/drctl-one on here');
    expect(stdout).toContain('put it back by hand');
    expect((await seen()).replicas).toBe(0);
  });

  it('is cleaned up after by who says that it does not go on elsewhere', async () => {
    await lost();
    const unsure = await cleanup('--auto-approve');
    expect(unsure.code).toBe(4);
    expect(unsure.stderr).toContain('--takeover');
    expect((await seen()).replicas).toBe(0);
    const cleaned = await cleanup('--takeover', '--auto-approve');
    expect(cleaned.code, cleaned.stderr).toBe(0);
    expect(await seen()).toEqual({ replicas: 3, note: undefined });
    expect(await bench.client().get(lease, signal)).toBeUndefined();
    expect((await cleanup('--takeover', '--auto-approve')).stdout).toContain(
      'No run holds anything down',
    );
  });

  it('asks before it does anything', async () => {
    await lost();
    const asked = await cleanup('--takeover');
    expect(asked.code).toBe(5);
    expect(asked.stderr).toContain('--approve cleanup');
    expect((await seen()).replicas).toBe(0);
  });

  it('does not scale what somebody has scaled since, says so, and keeps its lock', async () => {
    await lost();
    const patch = { spec: { replicas: 1 } };
    await bench.client().patch(operator, { type: 'merge', patch, signal });
    const cleaned = await cleanup('--takeover', '--auto-approve');
    expect(cleaned.code).toBe(5);
    expect(cleaned.stderr).toContain('Deployment default/operator has 1 replica, not the 0 of run');
    expect((await seen()).replicas).toBe(1);
    expect(await bench.client().get(lease, signal)).toBeDefined();
  });

  it('is named by the plan of the next run, which would find the operator down and leave it so', async () => {
    await lost();
    await bench.client().delete(lease, { signal });
    const { stdout } = await bench.drctl('plan', 'small.yaml', ...values);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Deployment default/operator has 0 replicas because run RUN-small scaled it at TIME, from 3',
    );
  });
});

describe('a run that is not lost', () => {
  it('whose state is here is cleaned up by it', async () => {
    await bench.abandon();
    const refused = await cleanup('--takeover', '--auto-approve');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('it is not lost');
    expect(refused.stderr).toContain('drctl cleanup RUN-small');
    expect((await seen()).replicas).toBe(0);
  });

  it('is left alone while it is alive on this machine', async () => {
    await bench.abandon();
    await rename(path.join(bench.cwd, '.drctl'), path.join(bench.cwd, 'elsewhere'));
    // The process of this test took the lock, and is alive.
    const refused = await cleanup('--takeover', '--auto-approve');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('is alive on this machine');
    expect((await seen()).replicas).toBe(0);
  });

  it('does not get what another run that holds the lock may need', async () => {
    await lost();
    const annotations = { 'drctl.dev/run': 'another', 'drctl.dev/begun-by': 'ann@there' };
    const patch = { metadata: { annotations }, spec: { holderIdentity: 'another' } };
    await bench.client().patch(lease, { type: 'merge', patch, signal });
    const both = await cleanup('--takeover', '--auto-approve');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('Name the one that is lost');
    const { run } = JSON.parse((await seen()).note ?? '') as { run: string };
    const flags = ['--runbook', 'small.yaml', ...values, '--takeover', '--auto-approve'];
    const refused = await bench.drctl('cleanup', run, ...flags);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('Run another, begun by');
    expect((await seen()).replicas).toBe(0);
  });
});
