// Takes up a run that exists: its lease, its journal, and the certainty that it is this runbook's and these actions'.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { MovedValue } from '../contracts/journal-event.ts';
import type { EnvValue } from '../contracts/runbook.ts';
import type { RunHeader, RunLease, RunStore } from '../contracts/store.ts';
import { reachOnly } from '../language/reach-only.ts';
import { digestEnv, digestJson } from '../planning/digest.ts';
import { createExecution } from './execution.ts';
import type { Execution } from './execution.ts';
import { foldAll } from './fold.ts';
import { standingOf } from './standing.ts';
import { withLease } from './with-lease.ts';
import type { RunSession } from './run-session.ts';
import type { RunState } from './run-state.ts';

export interface OpenRunOptions {
  readonly store: RunStore;
  readonly takeover?: boolean;
  /** Values that tell how a target is reached and differ from those that the run was begun with. */
  readonly moved?: readonly MovedValue[];
}

/** RUN_NOT_FOUND, RUN_LOCKED, RUN_MISMATCH, JOURNAL_*. The lease is released whatever `work` does. */
export async function withRun<P extends Ports, T>(
  session: RunSession<P>,
  { store, takeover = false, moved = [] }: OpenRunOptions,
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
  if (digestEnv(asBegun(session, moved)) !== header.plan.envDigest) {
    throw new DrctlError('RUN_MISMATCH', `Run ${session.runId} was begun with other env values`, {
      hint: 'A run goes on with the values it was begun with',
    });
  }
  const lease = await openLease(session, { store, takeover });
  return withLease(lease, async () => {
    const torn = (message: string): void =>
      session.emit({ type: 'notice', severity: 'warning', message });
    const fold = await foldAll(store.read(session.runId, { torn }));
    assertOwnJournal(header, fold.state);
    const run = createExecution(session, { lease, plan: header.plan, fold });
    assertActionVersions(run);
    return work(run);
  });
}

/** The values with those that moved put back: only what may move can differ from the run's beginning. */
function asBegun<P extends Ports>(
  { env, runbook }: RunSession<P>,
  moved: readonly MovedValue[],
): readonly EnvValue[] {
  const movable = reachOnly(runbook);
  const before = new Map(moved.map(({ name, from }) => [name, from]));
  return env.map((value) => {
    const from = movable.has(value.name) ? before.get(value.name) : undefined;
    return from === undefined ? value : { ...value, value: from };
  });
}

/** Who is kept away is told how far the other is too. */
async function openLease<P extends Ports>(
  { runId, by }: RunSession<P>,
  { store, takeover }: { readonly store: RunStore; readonly takeover: boolean },
): Promise<RunLease> {
  try {
    return await store.open(runId, { by, takeover });
  } catch (error) {
    if (!(error instanceof DrctlError) || error.code !== 'RUN_LOCKED') throw error;
    const standing = await standingIn(store, runId);
    throw new DrctlError(error.code, `${error.message}${standing}`, {
      cause: error.cause,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** A journal that cannot be read is not what this is about. */
async function standingIn(store: RunStore, runId: string): Promise<string> {
  try {
    const { state } = await foldAll(store.read(runId));
    return `; it is ${standingOf(state)}`;
  } catch {
    return '';
  }
}

/** RUN_MISMATCH. */
export function assertOwnJournal({ runId, runbook, plan }: RunHeader, state: RunState): void {
  if (state.runId !== undefined && state.runId !== runId) {
    throw new DrctlError(
      'RUN_MISMATCH',
      `The journal of run ${runId} belongs to run ${state.runId}`,
      { hint: 'Journals were moved or copied; put each back into the folder of its run' },
    );
  }
  const { begunWith } = state;
  if (begunWith === undefined) return;
  const isSame =
    begunWith.runbookDigest === runbook.digest &&
    begunWith.envDigest === plan.envDigest &&
    digestJson(begunWith.leftOut.toSorted()) === digestJson(leftOutIn(plan).toSorted());
  if (isSame) return;
  throw new DrctlError(
    'RUN_MISMATCH',
    `The header of run ${runId} was changed: its journal was begun with another runbook, other values or other steps`,
    { hint: `Put its own header back; "drctl audit verify ${runId}" says what does not fit` },
  );
}

function leftOutIn({ selection }: RunHeader['plan']): readonly string[] {
  return Object.keys(selection?.leftOut ?? {});
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
