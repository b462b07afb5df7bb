// What `status` says about workloads that a run keeps scaled, against a real API server on loopback.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import type { KubeObject } from '../../src/actions/ports.ts';
import { createBench, runbook } from './bench.ts';

const bench = createBench();
const { signal } = new AbortController();
const apps = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default' };
let kube: KubeTarget | undefined;

function deployment(name: string): KubeObject {
  const labels = { app: name };
  const spec = { containers: [{ name, image: name }] };
  return {
    apiVersion: apps.apiVersion,
    kind: apps.kind,
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

function scale(id: string, names: string, replicas: number): string {
  return `      - { id: ${id}, action: k8s.scale, with: { target: here, kind: Deployment, namespace: default, names: [${names}], replicas: ${replicas}, waitForPods: false } }\n`;
}

beforeEach(async () => {
  kube = createKubeTarget({ kubeconfig: path.join(bench.cwd, 'kubeconfig') });
  for (const name of ['operator', 'web']) {
    await kube.client.delete({ ...apps, name }, { signal });
    await kube.client.create(deployment(name), signal);
  }
  const steps = `${scale('stop', 'operator, web', 0)}${scale('start-web', 'web', 2).replace('action', 'needs: [stop], action')}`;
  await bench.write(
    'small.yaml',
    runbook.replace('      - id: color\n', `${steps}      - id: color\n`),
  );
});

afterEach(() => kube?.close());

async function held(): Promise<unknown> {
  const { stdout } = await bench.drctl('status', '--json');
  return (JSON.parse(stdout) as { holds?: unknown }).holds;
}

it('names what a run that has not ended keeps scaled and at how many it was, and nothing that it scaled back', async () => {
  await bench.waitingRun();
  const { stdout } = await bench.drctl('status');
  expect(stdout).toContain('holds here Deployment default/operator at 0, was 2 (stop)');
  expect(stdout).not.toContain('holds here Deployment default/web');
  const operator = { target: 'here', kind: 'Deployment', namespace: 'default', name: 'operator' };
  expect(await held()).toEqual([{ step: 'stop', ...operator, replicas: 0, before: 2 }]);
});

it.each(['resume', 'rollback'])(
  'names nothing any more after %s has ended the run',
  async (command) => {
    await bench.waitingRun();
    expect((await bench.drctl(command, '--auto-approve')).code).toBe(0);
    expect(await held()).toEqual([]);
    expect((await bench.drctl('status')).stdout).not.toContain('holds');
  },
);

it('names what a part of a runbook leaves scaled and out of use, and what to type next', async () => {
  const outages = 'outages: [{ title: the operator is away, from: stop, until: color }]\nphases:';
  const small = path.join(bench.cwd, 'small.yaml');
  await bench.write('small.yaml', (await readFile(small, 'utf8')).replace('phases:', outages));
  const part = ['small.yaml', '-e', 'my.env', '--until', 'stop', '--auto-approve'];
  expect((await bench.drctl('apply', ...part)).code).toBe(0);
  const { stdout } = await bench.drctl('status');
  expect(stdout).toContain('ended before start-web: what it changed stays as it left it');
  expect(stdout).toContain('holds here Deployment default/operator at 0, was 2 (stop)');
  expect(stdout).toMatch(/Out of use\n {2}the operator is away since TIME, from stop until color/);
  expect(stdout).toMatch(
    /Next\n {2}drctl plan CWD\/small.yaml -e CWD\/my.env --from start-web --until color /,
  );
  expect(stdout).toMatch(/ {2}drctl rollback RUN-small --preview/);
  const { stdout: json } = await bench.drctl('status', '--json');
  expect(JSON.parse(json)).toMatchObject({
    outages: [{ title: 'the operator is away' }],
    rest: { next: 'start-web', until: 'color', because: expect.stringContaining('remove-old') },
    holds: [{ name: 'operator', replicas: 0 }, { name: 'web' }],
  });
  expect((await bench.drctl('rollback', '--auto-approve')).code).toBe(0);
  expect((await bench.drctl('status')).stdout).not.toMatch(/Out of use|holds|Next/);
});
