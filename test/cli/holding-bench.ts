// A run that holds a Deployment down and a lock, on a real API server on loopback; for the suites about giving it up.

import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { KubeTarget } from '../../src/adapters/index.ts';
import { createBench, runbook, values } from './bench.ts';
import type { Bench } from './bench.ts';
import { runCli } from './run-cli.ts';

const { signal } = new AbortController();

export const operator = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'default',
  name: 'operator',
};
export const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'default',
  name: 'drctl-one',
};

export interface HoldingBench extends Bench {
  /** What is in small.yaml. */
  readonly runbook: string;
  client(): KubeTarget['client'];
  replicas(): Promise<number>;
  /** Ended at once in the middle of the phase: nothing is put back, and nobody holds the run any more. */
  abandon(): Promise<void>;
}

/** `leavesNote`: the scaled Deployment says who scaled it. To be called where hooks may be. */
export function createHoldingBench(leavesNote: boolean): HoldingBench {
  const bench = createBench();
  const holding = runbook
    .replace(
      'phases:',
      'locks:\n  - { target: here, namespace: default, name: "drctl-{{env.NAME}}" }\nphases:',
    )
    .replace(
      '      - id: color\n',
      `      - { id: hold, action: k8s.scale, deferUndo: true, with: { target: here, kind: Deployment, namespace: default, names: [operator], replicas: 0, waitForPods: false, leaveNote: ${leavesNote} } }
      - { id: doze, needs: [hold, settings], action: flow.sleep, with: { duration: 10m } }
      - id: color
`,
    );
  let kube: KubeTarget | undefined;

  function client(): KubeTarget['client'] {
    kube ??= createKubeTarget({ kubeconfig: path.join(bench.cwd, 'kubeconfig') });
    return kube.client;
  }

  async function replicas(): Promise<number> {
    const { spec } = (await client().get(operator, signal)) as unknown as {
      spec: { replicas: number };
    };
    return spec.replicas;
  }

  beforeEach(async () => {
    const labels = { app: 'operator' };
    for (const ref of [operator, lease]) await client().delete(ref, { signal });
    const { apiVersion, kind, ...metadata } = operator;
    const containers = [{ name: 'one', image: 'one' }];
    const template = { metadata: { labels }, spec: { containers } };
    const spec = { replicas: 3, selector: { matchLabels: labels }, template };
    await client().create({ apiVersion, kind, metadata, spec }, signal);
    await bench.write('small.yaml', holding);
  });

  afterEach(() => {
    kube?.close();
    kube = undefined;
  });

  return Object.assign(bench, {
    runbook: holding,
    client,
    replicas,
    async abandon() {
      let send: ((name: string) => void) | undefined;
      const { code } = await runCli(['apply', 'small.yaml', ...values, '--auto-approve'], {
        cwd: bench.cwd,
        signals: (one) => (send = one),
        heard: (text) => {
          if (!text.includes('▸ doze')) return;
          send?.('SIGINT');
          send?.('SIGINT');
        },
      });
      expect(code).toBe(130);
      expect(await replicas()).toBe(0);
    },
  });
}
