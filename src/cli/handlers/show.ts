// drctl show: from the file alone.

import { savedClusters } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { printPlan } from '../make-plan.ts';
import { readPlan } from '../saved-plans/read-file.ts';
import { ageOf } from './apply-saved.ts';

export async function show(
  args: { readonly file: string; readonly full: boolean; readonly pager: boolean },
  cli: Cli,
): Promise<number> {
  const saved = await readPlan(args.file, cli);
  const { plan, digest, targets, pastRuns: past, runId, createdAt, by, runbook } = saved;
  const view = {
    path: runbook.path,
    when: `made ${ageOf(saved)}`,
    full: args.full,
    pager: args.pager,
  };
  await printPlan({ plan, digest, facts: targets, past }, view, cli);
  cli.output.event('saved', {
    file: args.file,
    digest,
    runId,
    createdAt,
    by,
    clusters: savedClusters(saved),
  });
  return 0;
}
