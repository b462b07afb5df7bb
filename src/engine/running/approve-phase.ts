// `approval: required`: a person says yes before the first step of the phase begins, after all before it has ended. Where
// several people are wanted, the one who runs this is one of them, and the words of the others are in the journal.

import type { Approval, Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Phase } from '../contracts/runbook.ts';
import { askPerson } from './ask-person.ts';
import type { Execution } from './execution.ts';
import { approvalStanding, personOf, phaseDigest } from './phase-approvals.ts';
import type { ApprovalStanding } from './phase-approvals.ts';

/** Journals the approval. Without one the run waits; nothing of the phase was begun. */
export async function approvePhase<P extends Ports>(
  run: Execution<P>,
  phase: Phase,
): Promise<void> {
  const { journal, plan } = run;
  try {
    const approval = await askPerson(run, { subject: phase.id, ...questionOf(run, phase) });
    if (approval === undefined) return;
    const digest = phaseDigest(plan, journal.state, phase);
    const people = phase.approvals === 1 ? [] : await gatherPeople(run, phase, approval);
    await journal.append({
      type: 'phase.approved',
      phase: phase.id,
      approval,
      digest,
      ...(people.length === 0 ? {} : { people }),
    });
  } catch (error) {
    const isAnswer =
      error instanceof DrctlError && ['DECLINED', 'APPROVAL_NEEDED'].includes(error.code);
    if (!isAnswer) throw error;
    run.stopping.abort();
    run.endings.waiting ??= new DrctlError(
      error.code,
      error.code === 'DECLINED'
        ? `Phase "${phase.id}" was not approved: ${error.message}`
        : `Phase "${phase.id}" waits for approval: ${error.message}`,
      { cause: error, hint: `Nothing of it was begun. ${nextCommand(run, phase, error)}` },
    );
  }
}

function questionOf<P extends Ports>(
  run: Execution<P>,
  phase: Phase,
): { readonly message: string; readonly typed?: string } {
  const { confirm } = run.plan.phases.find(({ id }) => id === phase.id) ?? {};
  const sentences = [
    confirm === undefined ? `Begin phase "${phase.title}"?` : sentence(confirm.message),
    ...(phase.approvals === 1 ? [] : [peopleText(standingOf(run, phase))]),
    ...(phase.pointOfNoReturn ? ['Nothing in or after it is rolled back without --force.'] : []),
  ];
  const { typed } = confirm ?? {};
  return { message: sentences.join(' '), ...(typed === undefined ? {} : { typed }) };
}

/** The others who have approved. APPROVAL_NEEDED while there are too few; this one's word is kept all the same. */
async function gatherPeople<P extends Ports>(
  run: Execution<P>,
  phase: Phase,
  approval: Approval,
): Promise<readonly string[]> {
  const { digest } = standingOf(run, phase);
  await run.journal.append({ type: 'approval.given', phase: phase.id, approval, digest });
  const standing = standingOf(run, phase);
  if (standing.missing > 0) throw new DrctlError('APPROVAL_NEEDED', peopleText(standing));
  return standing.given.map(({ by }) => by).filter((by) => personOf(by) !== personOf(approval.by));
}

function standingOf<P extends Ports>(
  { plan, journal, session }: Execution<P>,
  phase: Phase,
): ApprovalStanding {
  return approvalStanding({ plan, state: journal.state, phase, now: session.system.now() });
}

/** "It takes 2 people; ana@bastion has approved, 1 more is needed" */
export function peopleText({ needed, given, missing }: ApprovalStanding): string {
  const names = given.map(({ by }) => by).join(', ');
  const have =
    given.length === 0 ? 'nobody has' : `${names} ${given.length === 1 ? 'has' : 'have'}`;
  const more = missing === 0 ? 'nobody else' : `${missing} more`;
  return `It takes ${needed} people; ${have} approved, ${more} ${missing < 2 ? 'is' : 'are'} needed.`;
}

function nextCommand<P extends Ports>(
  run: Execution<P>,
  phase: Phase,
  { code }: DrctlError,
): string {
  const { runId } = run.session;
  const resume = `"drctl resume ${runId} --approve ${phase.id}"`;
  const isShort = code === 'APPROVAL_NEEDED' && phase.approvals > 1;
  return isShort && standingOf(run, phase).given.length > 0
    ? `Another person runs "drctl approve ${runId} ${phase.id}", then anybody ${resume}`
    : `Run ${resume} to go on`;
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
