// A move that is planned, reviewed and applied later: what the source became meanwhile decides whether that plan still goes.

import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeClient } from '../../src/actions/index.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;
const { signal } = new AbortController();
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'clusters-demo-hosted', name: 'made-later' },
  stringData: { a: 'b' },
};

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function onSource(
  { dir }: Workbench,
  work: (client: KubeClient) => Promise<unknown>,
): Promise<void> {
  const source = createKubeTarget({ kubeconfig: path.join(dir, '.drctl/lab/source.kubeconfig') });
  try {
    await work(source.client);
  } finally {
    source.close();
  }
}

it(
  'goes when only a status moved, not when there is a Secret more, and only once',
  { timeout: LIMIT_MS },
  async () => {
    bench = await openWorkbench();
    const plan = ['plan', runbook, ...bench.env];
    await mustSucceed(bench, ...plan, '-o', 'move.plan');
    await onSource(bench, (client) => client.create(secret, signal));
    const stale = await bench.drctl('apply', 'move.plan', '--auto-approve');
    expect(stale.exitCode, show(stale)).toBe(4);
    expect(stale.stderr).toContain('PLAN_STALE');
    expect(stale.stdout).toContain(
      '✗ step export: source: Secret clusters-demo-hosted/made-later is among its objects now',
    );
    expect(await bench.journal()).toEqual([]);

    const { metadata, ...kind } = secret;
    await onSource(bench, (client) => client.delete({ ...kind, ...metadata }, { signal }));
    const pools = { apiVersion: 'hypershift.openshift.io/v1beta1', kind: 'NodePool' };
    await onSource(bench, (client) =>
      client.patch(
        { ...pools, namespace: 'clusters', name: 'demo-hosted-us-west-1a' },
        { type: 'merge', patch: { status: { version: '4.99.0' } }, subresource: 'status', signal },
      ),
    );
    const done = await bench.drctl('apply', 'move.plan', '--auto-approve');
    expect(done.exitCode, show(done)).toBe(0);
    await mustSucceed(bench, 'lab', 'check');

    const again = await bench.drctl('apply', 'move.plan', '--auto-approve');
    expect(again.exitCode, show(again)).toBe(4);
    expect(again.stderr).toContain('RUN_EXISTS: This plan was used');
  },
);
