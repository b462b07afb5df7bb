// A phase that waits for several people, in a run's status: whose word counts, and what another person types.

import { peopleText } from '../../engine/index.ts';
import type { ApprovalStanding } from '../../engine/index.ts';
import type { Style } from '../style.ts';

export interface WaitingApprovals extends ApprovalStanding {
  readonly phase: string;
}

export function approvalLines(
  waiting: WaitingApprovals | undefined,
  style: Style,
): readonly string[] {
  if (waiting === undefined) return [];
  return [
    `  phase ${waiting.phase}: ${peopleText(waiting)}`,
    ...waiting.given.map(({ by, at, how, reason }) =>
      style.dim(`    ${by} said yes ${at} (${how})${reason === undefined ? '' : `: ${reason}`}`),
    ),
  ];
}

export function approveCommands(
  waiting: WaitingApprovals | undefined,
  runId: string,
): readonly string[] {
  if (waiting === undefined || waiting.missing === 0) return [];
  return [`drctl approve ${runId} ${waiting.phase}     another person`];
}
