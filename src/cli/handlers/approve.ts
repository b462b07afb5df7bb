// drctl approve. Contacts no cluster: what the phase will do is in the run's plan, and what it did is in its journal.

import {
  approvalStanding,
  peopleText,
  phaseToApprove,
  recordApproval,
} from '../../engine/index.ts';
import type { Approval, PlannedPhase } from '../../engine/index.ts';
import { canAsk, createApprover } from '../approver.ts';
import type { Cli } from '../command.ts';
import type { InputArgs } from '../inputs.ts';
import { readRecorded } from '../recorded-inputs.ts';
import { phaseDetails } from '../run-driver.ts';
import { openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';

const now = (): Date => new Date();

export async function approve(
  args: InputArgs &
    StateArgs & {
      readonly run: string;
      readonly subject: string;
      readonly reason: string | undefined;
    },
  cli: Cli,
): Promise<number> {
  const { subject, reason } = args;
  const { operator } = await import('../../adapters/index.ts');
  const by = operator();
  const store = await openStore(args, cli);
  const header = await store.header(args.run);
  const { runId, plan } = header;
  // For the secrets alone: a reason may hold one, and it is kept and printed.
  const recorded = { ...header, owner: 'this run' };
  const { runbook, registry, redactor } = await readRecorded(recorded, args, cli);
  const state = await readState(store, runId);
  const of = { header, runbook, registry };
  const phase = phaseToApprove({ ...of, state }, subject);
  const seen = approvalStanding({ plan, state, phase, now: now() });
  const { output } = cli;
  for (const line of phaseDetails(plan, subject, cli)) output.error(line);
  const planned = plan.phases.find(({ id }) => id === subject);
  // The command itself is the answer where nobody can be asked again.
  const approver = createApprover(
    {
      autoApprove: false,
      approve: canAsk(cli) ? [] : [subject],
      by,
      now,
      details: () => [],
      aside: (ask) => ask(),
    },
    cli,
  );
  const approval: Approval = await approver.approve({ subject, ...questionOf(planned, subject) });
  const standing = await recordApproval(
    { ...of, redactor, emit: () => undefined, now },
    { store, subject, digest: seen.digest, approval, reason, by },
  );
  output.result(`${output.style.good('✓')} ${runId}: ${approval.by} approves phase ${subject}`);
  // Whoever goes on is asked too, so their own word may still be among the missing.
  output.result(`  ${peopleText(standing)}`);
  output.result(`  drctl resume ${runId} --approve ${subject}     go on`);
  output.event('approved', { runId, phase: subject, approval, reason, ...standing });
  return 0;
}

function questionOf(
  planned: PlannedPhase | undefined,
  subject: string,
): { readonly message: string; readonly typed?: string } {
  return planned?.confirm ?? { message: `Approve phase "${planned?.title ?? subject}"?` };
}
