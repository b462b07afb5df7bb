// A second person's yes to a phase, from any machine that sees the state: kept in the journal of a run that nobody works
// on at the moment. Nothing is carried out here, and no cluster is asked.

import type { Approval, Ports } from '../contracts/action.ts';
import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Operator } from '../contracts/journal-event.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Phase, Runbook } from '../contracts/runbook.ts';
import type { RunHeader, RunStore } from '../contracts/store.ts';
import type { RunEventSink } from '../contracts/system.ts';
import type { Redactor } from '../language/redactor.ts';
import { foldAll } from './fold.ts';
import { assertOwnJournal } from './open-run.ts';
import { approvalStanding } from './phase-approvals.ts';
import type { ApprovalStanding } from './phase-approvals.ts';
import { buildRunGraph } from './run-graph.ts';
import { createRunJournal } from './run-journal.ts';
import type { RunState } from './run-state.ts';
import { isForwardDone } from './step-progress.ts';
import { withLease } from './with-lease.ts';

export interface ApprovableRun<P extends Ports> {
  readonly header: RunHeader;
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  readonly state: RunState;
}

/** The phase that waits for people. USAGE for one that is not there, asks one person only, or has not been reached. */
export function phaseToApprove<P extends Ports>(of: ApprovableRun<P>, subject: string): Phase {
  const { header, runbook } = of;
  const { runId } = header;
  const phase = runbook.phases.find(({ id }) => id === subject);
  if (phase === undefined) {
    const near = closest(
      subject,
      runbook.phases.map(({ id }) => id),
    );
    throw new DrctlError('USAGE', `Run ${runId} has no phase "${subject}"`, {
      hint:
        near === undefined ? `"drctl status ${runId}" lists its phases` : `Did you mean "${near}"?`,
    });
  }
  if (phase.approvals === 1) {
    throw new DrctlError('USAGE', `Phase "${subject}" does not ask for more than one person`, {
      hint: `Whoever goes on with the run answers for it: drctl resume ${runId} --approve ${subject}`,
    });
  }
  const waits = waitingPhase(of);
  if (waits?.id !== subject) {
    throw new DrctlError('USAGE', `Run ${runId} does not wait for the approval of "${subject}"`, {
      hint: `What it will do is not known before it is its turn: "drctl status ${runId}" says where the run stands`,
    });
  }
  return phase;
}

/** The phase that is next, when it is one that people have to approve. */
export function waitingPhase<P extends Ports>({
  header,
  runbook,
  registry,
  state,
}: ApprovableRun<P>): Phase | undefined {
  const isGoingOn = ['running', 'interrupted'].includes(state.status) || state.outcome === 'failed';
  if (!isGoingOn || state.rollback !== undefined) return undefined;
  const graph = buildRunGraph(runbook, registry);
  const index = graph.phases.findIndex((_, at) => !isForwardDone(graph, at, state));
  const phase = graph.phases[index]?.phase;
  const planned = header.plan.phases.find(({ id }) => id === phase?.id);
  return planned?.approval === 'required' ? phase : undefined;
}

/** RUN_LOCKED while somebody works on the run; RUN_MISMATCH when the phase is not what the person saw any more. */
export async function recordApproval<P extends Ports>(
  of: Omit<ApprovableRun<P>, 'state'> & {
    readonly redactor: Redactor;
    readonly emit: RunEventSink;
    now(): Date;
  },
  given: {
    readonly store: RunStore;
    readonly subject: string;
    /** Of what the person saw. */
    readonly digest: string;
    readonly approval: Approval;
    readonly reason: string | undefined;
    readonly by: Operator;
  },
): Promise<ApprovalStanding> {
  const { header, redactor, emit } = of;
  const { store, subject, digest, approval, reason, by } = given;
  const lease = await store.open(header.runId, { by });
  return withLease(lease, async () => {
    const fold = await foldAll(store.read(header.runId));
    assertOwnJournal(header, fold.state);
    const { state } = fold;
    const phase = phaseToApprove({ ...of, state }, subject);
    const standing = (): ApprovalStanding =>
      approvalStanding({ plan: header.plan, state, phase, now: of.now() });
    if (standing().digest !== digest) {
      throw new DrctlError(
        'RUN_MISMATCH',
        `What phase "${subject}" will do has changed meanwhile`,
        {
          hint: `Look at it again: drctl approve ${header.runId} ${subject}`,
        },
      );
    }
    const journal = createRunJournal({ lease, fold, redactor, emit });
    await journal.append({
      type: 'approval.given',
      phase: subject,
      approval,
      digest,
      ...(reason === undefined ? {} : { reason }),
    });
    return standing();
  });
}
