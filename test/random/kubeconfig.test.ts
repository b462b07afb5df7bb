// A kubeconfig: whatever is in it, drctl gets a value or a DrctlError of the catalogue, in bounded time: never a TypeError,
// never a RangeError, never a hang. Told again with DRCTL_TEST_SEED.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../src/adapters/index.ts';
import { loadKubeconfig } from '../../src/adapters/kubernetes/kubeconfig.ts';
import { tally } from '../support/tally.ts';
import { INPUT_LIMIT_MS, extremes, inputsTried, outcomeOf } from './outcome.ts';
import { mutated, runs, seed } from './seed.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drctl-random-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  tally({
    suite: 'random inputs: kubeconfigs',
    faults: inputsTried(),
    violations: 0,
    differences: 0,
    seed,
  });
});

const kubeconfigText = `apiVersion: v1
kind: Config
current-context: one
contexts: [{ name: one, context: { cluster: one, user: one, namespace: x } }]
clusters: [{ name: one, cluster: { server: "https://127.0.0.1:1", insecure-skip-tls-verify: true } }]
users: [{ name: one, user: { token: abc } }]
`;

describe('a kubeconfig', () => {
  it('with anything in it is used or refused as TARGET_INVALID', async () => {
    const file = path.join(folder, 'kubeconfig');
    const read = async (text: string): Promise<void> => {
      await writeFile(file, text);
      const outcome = await outcomeOf(async () => loadKubeconfig({ kubeconfig: file }));
      expect(['fine', 'TARGET_INVALID']).toContain(outcome);
      if (outcome !== 'fine') return;
      const { reader, close } = createKubeTarget({ kubeconfig: file });
      const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'x' };
      await outcomeOf(async () => reader.get(ref, AbortSignal.timeout(INPUT_LIMIT_MS / 2)));
      close();
    };
    for (const text of extremes(kubeconfigText)) await read(text);
    await fc.assert(fc.asyncProperty(mutated(kubeconfigText), read), runs(200));
  }, 180_000);
});
