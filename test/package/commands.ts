// Command lines of the built drctl that need no server, and what they run on.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Files that the shipped runbook names; nothing reads them offline. */
const files = ['HC_KUBECONFIG', 'MGMT_KUBECONFIG', 'MGMT2_KUBECONFIG', 'AWS_CREDS'];

/** "plan --offline" of the runbook that is shipped in `home`, with the values of the shipped example. */
export function offlinePlan(home: string): readonly string[] {
  const shipped = (name: string): string => path.join(home, name);
  return [
    'plan',
    '--offline',
    shipped('runbooks/aws-same-region.yaml'),
    '-e',
    shipped('examples/env/aws-same-region.env'),
    ...files.flatMap((name) => ['--set', `${name}=${shipped('package.json')}`]),
  ];
}

/** Needs no target. */
const flow = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: flow, version: 1.0.0 }
phases:
  - id: only
    steps:
      - { id: name, action: flow.values, with: { values: { color: '"blue"' } } }
`;

/** Writes a runbook into `folder`; "apply" with these words makes a run that "status" can show. */
export async function applyFlow(folder: string): Promise<readonly string[]> {
  const file = path.join(folder, 'flow.yaml');
  await writeFile(file, flow);
  return ['apply', file, '--auto-approve'];
}
