// `drctl cleanup` over whole commands, against a real API server on loopback: what an abandoned run holds down comes back,
// its lock is given back, and nothing happens while the run is alive or somebody else works there.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { values } from './bench.ts';
import { createHoldingBench, lease, operator } from './holding-bench.ts';
import { runCli } from './run-cli.ts';

const bench = createHoldingBench(false);
const { signal } = new AbortController();

async function scaleTo(count: number): Promise<void> {
  const patch = { spec: { replicas: count } };
  await bench.client().patch(operator, { type: 'merge', patch, signal });
}

async function runFolder(): Promise<string> {
  const runs = path.join(bench.cwd, '.drctl', 'runs');
  const [id] = await readdir(runs);
  return path.join(runs, id ?? '');
}

describe('an abandoned run', () => {
  it('says what it holds down, and what cleanup will do, which asks before it does it', async () => {
    await bench.abandon();
    const status = await bench.drctl('status');
    expect(status.stdout).toContain('Held down now, and back however the run ends: hold');
    expect(status.stdout).toContain('drctl cleanup RUN-small --preview');
    const preview = await bench.drctl('cleanup', '--preview');
    expect(preview.code).toBe(0);
    expect(preview.stdout).toContain(
      'put back what hold holds down: Deployment default/operator (was 3 replicas)',
    );
    const unasked = await bench.drctl('cleanup');
    expect(unasked.code).toBe(5);
    expect(unasked.stderr).toContain('--approve cleanup');
    expect(await bench.replicas()).toBe(0);
  });

  it('gets back what it holds down and gives its lock back; the rest of its work stays', async () => {
    await bench.abandon();
    const cleaned = await bench.drctl('cleanup', '--approve', 'cleanup');
    expect(cleaned.code, cleaned.stderr).toBe(0);
    expect(await bench.replicas()).toBe(3);
    expect(await bench.client().get(lease, signal)).toBeUndefined();
    expect(await bench.configMaps()).toContain('one');
    const status = await bench.drctl('status');
    expect(status.stdout).toContain('cleaned up TIME by USER@HOST');
    const again = await bench.drctl('cleanup', '--auto-approve');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('it holds nothing down');
  });

  it('can be resumed afterwards by who says that nobody else has worked there', async () => {
    await bench.write('small.yaml', bench.runbook.replace('duration: 10m', 'duration: 1s'));
    await bench.abandon();
    expect((await bench.drctl('cleanup', '--auto-approve')).code).toBe(0);
    const refused = await bench.drctl('resume', '--auto-approve');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('--takeover');
    expect(refused.stderr).toContain('was given back by the cleanup of this run');
    expect(await bench.replicas()).toBe(3);
    expect((await bench.drctl('resume', '--auto-approve', '--takeover')).code).toBe(0);
    expect(await bench.replicas()).toBe(3);
    expect(await bench.client().get(lease, signal)).toBeUndefined();
  });

  it('is not cleaned up where somebody has scaled what it held down since, who is told', async () => {
    await bench.abandon();
    await scaleTo(1);
    const cleaned = await bench.drctl('cleanup', '--auto-approve');
    expect(cleaned.code).toBe(5);
    expect(cleaned.stderr).toContain('Deployment default/operator has 1 replica, not 0');
    expect(await bench.replicas()).toBe(1);
    expect(await bench.client().get(lease, signal)).toBeDefined();
  });

  it('is left alone where another run holds its lock', async () => {
    await bench.abandon();
    const { apiVersion, kind, ...metadata } = lease;
    await bench.client().delete(lease, { signal });
    const annotations = { 'drctl.dev/run': 'another', 'drctl.dev/begun-by': 'ann@there' };
    const object = { apiVersion, kind, metadata: { ...metadata, annotations } };
    await bench.client().create({ ...object, spec: { holderIdentity: 'another' } }, signal);
    for (const flags of [[], ['--takeover']]) {
      const cleaned = await bench.drctl('cleanup', '--auto-approve', ...flags);
      expect(cleaned.code).toBe(4);
      expect(cleaned.stderr).toContain('Run another, begun by');
    }
    expect(await bench.replicas()).toBe(0);
  });
});

describe('a run that somebody may be working on', () => {
  it('is refused while it is alive on this machine, also with --takeover', async () => {
    const refused: Promise<{ readonly code: number; readonly stderr: string }>[] = [];
    let send: ((name: string) => void) | undefined;
    await runCli(['apply', 'small.yaml', ...values, '--auto-approve'], {
      cwd: bench.cwd,
      signals: (one) => (send = one),
      heard: (text) => {
        if (refused.length > 0 || !text.includes('▸ doze')) return;
        refused.push(bench.drctl('cleanup', '--auto-approve', '--takeover'));
        void refused[0]?.finally(() => send?.('SIGINT'));
      },
    });
    expect(await refused[0]).toMatchObject({ code: 4 });
    expect((await refused[0])?.stderr).toContain('RUN_LOCKED');
    // Its own first interrupt brings it back.
    expect(await bench.replicas()).toBe(3);
  });

  it('begun on another machine, is taken over by who says that that machine is gone', async () => {
    await bench.abandon();
    const folder = await runFolder();
    const leases = (await readdir(folder)).filter((name) => name.startsWith('lease-'));
    const last =
      leases.toSorted((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0])).at(-1) ??
      '';
    const held = JSON.parse(await readFile(path.join(folder, last), 'utf8')) as object;
    const { releasedAt: _, ...holder } = held as { releasedAt?: unknown };
    const elsewhere = JSON.stringify({ ...holder, host: 'lost-machine' });
    await writeFile(path.join(folder, last), elsewhere);
    const refused = await bench.drctl('cleanup', '--auto-approve');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('--takeover');
    expect(await bench.replicas()).toBe(0);
    expect((await bench.drctl('cleanup', '--auto-approve', '--takeover')).code).toBe(0);
    expect(await bench.replicas()).toBe(3);
  });
});
