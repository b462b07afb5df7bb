// drctl graph.

import { dot, mermaid, stepGraph, svg } from '../../authoring/index.ts';
import type { Cli } from '../command.ts';
import { readRunbook } from '../inputs.ts';

const formats = { mermaid, dot, svg };

export async function drawGraph(
  args: { readonly runbook: string; readonly format: keyof typeof formats },
  cli: Cli,
): Promise<number> {
  const { runbook, registry } = await readRunbook(args.runbook, cli);
  const graph = stepGraph(runbook, registry);
  cli.output.result(formats[args.format](graph).trimEnd());
  cli.output.event('graph', { ...graph });
  return 0;
}
