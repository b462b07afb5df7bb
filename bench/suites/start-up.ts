// How long a person waits before drctl does anything, in multiples of a Node.js that does nothing.

import { runCommand } from '../measure/command.ts';
import { inTurns } from '../measure/in-turns.ts';
import { nodeBaseline } from '../measure/node-baseline.ts';
import type { Line } from '../report/line.ts';
import type { BenchContext, Suite } from '../suite.ts';

interface Start {
  args: readonly string[];
  atMost: number;
}

const starts: readonly Start[] = [
  { args: ['--version'], atMost: 1.6 },
  { args: ['validate', 'runbooks/aws-same-region.yaml'], atMost: 3.5 },
];

export const startUp: Suite = {
  name: 'start-up',
  async measure(context) {
    const lines: Line[] = [];
    for (const start of starts) lines.push(await measureStart(start, context));
    return lines;
  },
};

async function measureStart({ args, atMost }: Start, context: BenchContext): Promise<Line> {
  const name = `drctl ${args.join(' ')}`;
  context.tell(name);
  const figures = await inTurns(
    context.rounds,
    async () => (await runCommand([...context.drctl, ...args], { cwd: context.root })).seconds,
    nodeBaseline,
  );
  const peer = 'node -e 0';
  return { suite: 'start-up', name, unit: 's', peer, ...figures, limit: { of: 'ratio', atMost } };
}
