// How long a person waits before drctl does anything, in multiples of a Node.js that does nothing.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../measure/command.ts';
import { inTurns } from '../measure/in-turns.ts';
import { nodeBaseline } from '../measure/node-baseline.ts';
import type { Line } from '../report/line.ts';
import type { BenchContext, Suite } from '../suite.ts';

interface Start {
  name: string;
  args: readonly string[];
  atMost: number;
}

const shipped = 'runbooks/aws-same-region.yaml';
/** Files that the shipped runbook names; nothing reads them offline. */
const files = ['HC_KUBECONFIG', 'MGMT_KUBECONFIG', 'MGMT2_KUBECONFIG', 'AWS_CREDS'];
const values = [
  '-e',
  'examples/env/aws-same-region.env',
  ...files.flatMap((name) => ['--set', `${name}=package.json`]),
];

const starts: readonly Start[] = [
  { name: '--version', args: ['--version'], atMost: 1.6 },
  { name: '--help', args: ['--help'], atMost: 3.5 },
  { name: `validate ${shipped}`, args: ['validate', shipped], atMost: 3.5 },
  {
    name: `plan --offline ${shipped}`,
    args: ['plan', '--offline', shipped, ...values],
    atMost: 3.5,
  },
  { name: 'status', args: ['status'], atMost: 3.5 },
];

/** Needs no target. */
const flow = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: flow, version: 1.0.0 }
phases:
  - id: only
    steps:
      - { id: name, action: flow.values, with: { values: { color: '"blue"' } } }
`;

export const startUp: Suite = {
  name: 'start-up',
  async measure(context) {
    await makeRun(context);
    const lines: Line[] = [];
    for (const start of starts) lines.push(await measureStart(start, context));
    return lines;
  },
};

/** For "status". */
async function makeRun({ drctl, folder }: BenchContext): Promise<void> {
  const runbook = path.join(folder, 'flow.yaml');
  await writeFile(runbook, flow);
  const argv = [...drctl, 'apply', runbook, '--auto-approve'];
  await runCommand(argv, { env: stateIn(folder) });
}

async function measureStart(start: Start, context: BenchContext): Promise<Line> {
  const name = `drctl ${start.name}`;
  context.tell(name);
  const options = { cwd: context.root, env: stateIn(context.folder) };
  const figures = await inTurns(
    context.rounds,
    async () => (await runCommand([...context.drctl, ...start.args], options)).seconds,
    nodeBaseline,
  );
  const limit = { of: 'ratio', atMost: start.atMost } as const;
  return { suite: 'start-up', name, unit: 's', peer: 'node -e 0', ...figures, limit };
}

function stateIn(folder: string): Record<string, string> {
  return { DRCTL_STATE: path.join(folder, 'state') };
}
