// drctl diff.

import { diffRunbooks } from '../../authoring/index.ts';
import type { Cli } from '../command.ts';
import { readRunbook } from '../inputs.ts';
import { differenceLines } from '../views/difference.ts';

/** As of `drctl plan --detailed-exitcode`. */
const DIFFERENT_EXIT_CODE = 10;

export async function diff(
  args: { readonly old: string; readonly new: string; readonly detailedExitcode: boolean },
  cli: Cli,
): Promise<number> {
  const old = await readRunbook(args.old, cli);
  const current = await readRunbook(args.new, cli);
  const differences = diffRunbooks(old.runbook, current.runbook);
  const { output } = cli;
  for (const line of differenceLines(differences, output)) output.result(line);
  output.event('differences', { old: args.old, new: args.new, differences });
  return args.detailedExitcode && differences.length > 0 ? DIFFERENT_EXIT_CODE : 0;
}
