// Asks whether a plan is to be carried out. A digest given to --approve binds the answer: another plan is not approved by it,
// whatever else was said beforehand.

import { DrctlError } from '../engine/index.ts';
import type { Approval, Plan } from '../engine/index.ts';
import { createApprover } from './approver.ts';
import type { ApprovalArgs } from './approver.ts';
import type { Cli } from './command.ts';

export interface Approved {
  readonly plan: Plan;
  readonly digest: string;
}

/** Shorter ones could be met by chance. */
const MIN_PIN_DIGITS = 12;

/** DECLINED, APPROVAL_NEEDED. */
export async function approvePlan(
  { plan, digest }: Approved,
  args: ApprovalArgs,
  cli: Cli,
): Promise<Approval> {
  assertPinned(digest, args.approve);
  const { operator } = await import('../adapters/index.ts');
  const isPinned = args.approve.some(isPin);
  const approver = createApprover(
    {
      autoApprove: args.autoApprove,
      approve: isPinned ? [...args.approve, 'plan'] : args.approve,
      by: operator(),
      now: () => new Date(),
      details: () => [],
      aside: (ask) => ask(),
    },
    cli,
  );
  const message = `Apply this plan of ${plan.runbook.name}?`;
  return { ...(await approver.approve({ subject: 'plan', message })), digest };
}

/** APPROVAL_NEEDED when digests were named, and none is this plan's. */
export function assertPinned(digest: string, approve: readonly string[]): void {
  const pins = approve.filter(isPin);
  if (pins.length === 0 || pins.some((pin) => digest.startsWith(pin.toLowerCase()))) return;
  throw new DrctlError(
    'APPROVAL_NEEDED',
    `This plan is ${digest}, and what was approved is ${pins.join(', ')}: nothing was begun`,
    { hint: `Look at this plan, then say yes to it: --approve ${digest}` },
  );
}

export function isPin(approve: string): boolean {
  return /^sha256:/i.test(approve);
}

/** USAGE. */
export function assertPin(approve: string): void {
  const digits = /^sha256:([0-9a-f]+)$/i.exec(approve)?.[1]?.length ?? 0;
  if (digits >= MIN_PIN_DIGITS && digits <= 64) return;
  throw new DrctlError('USAGE', `--approve ${approve} is no digest of a plan`, {
    hint: `Give at least ${MIN_PIN_DIGITS} of its hex digits: --approve sha256:0123456789ab`,
  });
}
