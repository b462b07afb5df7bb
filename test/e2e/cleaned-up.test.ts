// A teardown that was killed with the source's operator down: cleanup brings it back, with the run's state and without
// it, killed itself on the way; and the run can still be brought to its end.
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import { tally } from '../support/tally.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;
const MAX_KILLS = 12;
const { signal } = new AbortController();
const operator = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'hypershift',
  name: 'operator',
};

let bench: Workbench | undefined;
let source: KubeTarget | undefined;
afterEach(async () => {
  source?.close();
  source = undefined;
  await bench?.close();
  bench = undefined;
});

async function replicas(kube: KubeTarget): Promise<number> {
  const found = (await kube.client.get(operator, signal)) as unknown as {
    spec: { replicas: number };
  };
  return found.spec.replicas;
}

it(
  'the operator that an abandoned teardown holds down comes back, and the run can be ended afterwards',
  { timeout: LIMIT_MS },
  async () => {
    const world = await openWorkbench();
    bench = world;
    const kubeconfig = path.join(world.dir, '.drctl/lab/source.kubeconfig');
    const kube = createKubeTarget({ kubeconfig });
    source = kube;
    const before = await replicas(kube);
    const stop = { signal: 'SIGKILL' as const, step: 'delete-machines' };
    const begun = await world.interrupted(stop, 'apply', runbook, ...world.env, '--auto-approve');
    expect(begun.signal, show(begun)).toBe('SIGKILL');
    expect(await replicas(kube)).toBe(0);

    const preview = await world.drctl('cleanup', '--preview');
    expect(preview.stdout).toContain('put back what stop-source-operator holds down');
    let kills = 0;
    for (let append = 1; append <= MAX_KILLS; append += 1) {
      const cut = { signal: 'SIGKILL' as const, append };
      const outcome = await world.interrupted(cut, 'cleanup', '--auto-approve');
      if (outcome.signal !== 'SIGKILL') break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(2);
    await mustSucceed(world, 'cleanup', '--auto-approve');
    expect(await replicas(kube)).toBe(before);

    // The run goes on, holds the operator down again, and is killed once more; this time its state is lost too.
    const later = { signal: 'SIGKILL' as const, step: 'delete-control-plane' };
    const again = await world.interrupted(later, 'resume', '--auto-approve', '--takeover');
    expect(again.signal, show(again)).toBe('SIGKILL');
    expect(await replicas(kube)).toBe(0);
    const runs = path.join(world.dir, '.drctl/runs');
    await rename(runs, path.join(world.dir, 'found-later'));
    const lost = ['cleanup', '--runbook', runbook, ...world.env];
    const shown = await world.drctl(...lost, '--preview');
    expect(shown.stdout, show(shown)).toContain('holds source Deployment hypershift/operator at 0');
    await mustSucceed(world, ...lost, '--takeover', '--auto-approve');
    expect(await replicas(kube)).toBe(before);

    // And is found after all: what rests on the operator being down is not done before it is down again.
    await rename(path.join(world.dir, 'found-later'), runs);
    await mustSucceed(world, 'resume', '--auto-approve', '--takeover');
    await mustSucceed(world, 'lab', 'check');
    expect(await replicas(kube)).toBe(before);
    const suite = 'cleanup of an abandoned teardown, embedded lab';
    tally({ suite, kills: kills + 2, violations: 0, differences: 0 });
  },
);
