// A run of a shipped runbook goes on from another machine, where the kubeconfigs lie elsewhere: nothing but its targets, and
// what it tells people, may name them.

import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { builtinActions } from '../../src/actions/index.ts';
import type { DrPorts } from '../../src/actions/index.ts';
import { createRegistry, loadRunbook, reachOnly } from '../../src/engine/index.ts';
import { folder } from './preconditions/checks-of.ts';

it.each([
  ['aws-same-region', ['MGMT_KUBECONFIG', 'MGMT2_KUBECONFIG', 'HC_KUBECONFIG', 'AWS_CREDS']],
  ['aws-backup', ['MGMT_KUBECONFIG', 'AWS_CREDS']],
] as const)('%s names its files only to reach its targets', async (name, files) => {
  const runbook = await loadRunbook({
    path: `${folder}/${name}.yaml`,
    readFile: (file) => readFile(file, 'utf8'),
    registry: createRegistry<DrPorts>(builtinActions),
  });
  expect([...reachOnly(runbook)]).toEqual(expect.arrayContaining([...files]));
});
