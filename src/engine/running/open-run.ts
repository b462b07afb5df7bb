// Takes up a run that exists: its lease, its journal, and the certainty that it is this runbook's and these actions'.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { RunLease, RunStore } from '../contracts/store.ts';
import { digestEnv } from '../planning/digest.ts';
import { createExecution } from './execution.ts';
import type { Execution } from './execution.ts';
import { foldAll } from './fold.ts';
import { withLease } from './with-lease.ts';
import type { RunSession } from './run-session.ts';
import type { RunState } from './run-state.ts';

export interface OpenRunOptions {
  readonly store: RunStore;
  readonly takeover?: boolean;
}

/** RUN_NOT_FOUND, RUN_LOCKED, RUN_MISMATCH, JOURNAL_*. The lease is released whatever `work` does. */
export async function withRun<P extends Ports, T>(
  session: RunSession<P>,
  { store, takeover = false }: OpenRunOptions,
  work: (run: Execution<P>) => Promise<T>,
): Promise<T> {
  const header = await store.header(session.runId);
  if (header.runbook.digest !== session.runbook.digest) {
    throw new DrctlError(
      'RUN_MISMATCH',
      `Run ${session.runId} is of another version of runbook "${header.runbook.name}"`,
      { hint: 'The run keeps its own copy of the runbook; edits count for new runs only' },
    );
  }
  if (digestEnv(session.env) !== header.plan.envDigest) {
    throw new DrctlError('RUN_MISMATCH', `Run ${session.runId} was begun with other env values`, {
      hint: 'A run goes on with the values it was begun with',
    });
  }
  const lease: RunLease = await store.open(session.runId, { by: session.by, takeover });
  return withLease(lease, async () => {
    const torn = (message: string): void =>
      session.emit({ type: 'notice', severity: 'warning', message });
    const fold = await foldAll(store.read(session.runId, { torn }));
    assertOwnJournal(session.runId, fold.state);
    const run = createExecution(session, { lease, plan: header.plan, fold });
    assertActionVersions(run);
    return work(run);
  });
}

function assertOwnJournal(runId: string, state: RunState): void {
  if (state.runId === undefined || state.runId === runId) return;
  throw new DrctlError(
    'RUN_MISMATCH',
    `The journal of run ${runId} belongs to run ${state.runId}`,
    { hint: 'Journals were moved or copied; put each back into the folder of its run' },
  );
}

/** What an older version of an action recorded may mean something else to this one. */
function assertActionVersions<P extends Ports>({ session, journal }: Execution<P>): void {
  for (const { id, action, actionVersion } of journal.state.instances.values()) {
    if (action === undefined) continue;
    const { version } = session.registry.get(action);
    if (version === actionVersion) continue;
    throw new DrctlError(
      'RUN_MISMATCH',
      `Step "${id}" was begun by version ${actionVersion ?? '?'} of ${action}; this drctl has version ${version}`,
      { step: id, hint: 'Go on with the drctl that began this run' },
    );
  }
}
