// From events to what is known: `fold(records)` is the run's state. Deterministic and total: an event either changes
// the state in one way or throws JOURNAL_ILLEGAL; nothing outside the journal is looked at.

import { DrctlError } from '../contracts/errors.ts';
import { invariant } from '../contracts/invariant.ts';
import type { JournalEvent, JournalRecord } from '../contracts/journal-event.ts';
import { illegalBecause } from './legal-events.ts';
import { beginningOf, pendingInstance } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';
import { beginSession } from './draft-state.ts';
import type { DraftState } from './draft-state.ts';
import { addApproval } from './fold-approvals.ts';
import { addCleanup } from './fold-cleanup.ts';
import { undoneInstance } from './fold-endings.ts';
import type { InstanceEvent } from './fold-endings.ts';
import { goForwardAgain } from './forward-again.ts';
import { decidedInstance, probedInstance } from './settled-instance.ts';
import { beforeRollback, withdrawn } from './withdraw-rollback.ts';

/** A state that grows with the journal. One writer; everybody else sees it as the read-only RunState. */
export interface RunFold {
  readonly state: RunState;
  /** Throws JOURNAL_ILLEGAL naming the record and leaves the state as it was. */
  add(record: JournalRecord): void;
  /** Throws InvariantError when the event could not follow: asked before an event is written. */
  check(event: JournalEvent): void;
}

/** The state of a run with these records. JOURNAL_ILLEGAL. */
export function fold(records: Iterable<JournalRecord>): RunState {
  const run = createFold();
  for (const record of records) run.add(record);
  return run.state;
}

/** As `fold`, from a store. */
export async function foldAll(records: AsyncIterable<JournalRecord>): Promise<RunFold> {
  const run = createFold();
  for await (const record of records) run.add(record);
  return run;
}

export function createFold(): RunFold {
  const draft: DraftState = {
    runId: undefined,
    begunWith: undefined,
    seq: 0,
    status: 'new',
    outcome: undefined,
    session: 0,
    approvals: new Map(),
    given: new Map(),
    approvedNow: new Set(),
    unavailable: new Set(),
    confirmedNow: new Set(),
    expansions: new Map(),
    instances: new Map(),
    startOrder: [],
    rollback: undefined,
    beforeRollback: undefined,
    beforeCleanup: undefined,
    cleanedUp: undefined,
    startedAt: undefined,
    endedAt: undefined,
  };

  function find(event: JournalEvent): InstanceState | undefined {
    if (!('step' in event)) return undefined;
    return draft.instances.get(event.step) ?? pendingInstance(event.step);
  }

  return {
    state: draft,
    add(record) {
      const { event, seq, at } = record;
      const instance = find(event);
      const because =
        seq === draft.seq + 1
          ? illegalBecause(draft, event, instance)
          : `record ${draft.seq + 1} is due`;
      if (because !== undefined) throw illegal(record, because, draft.runId);
      if (instance !== undefined) addToInstance(draft, instance, record);
      else addToRun(draft, event, at);
      draft.seq = seq;
    },
    check(event) {
      const because = illegalBecause(draft, event, find(event));
      invariant(because === undefined, `Cannot journal ${event.type}: ${because ?? ''}`);
    },
  };
}

function illegal(
  { seq, event }: JournalRecord,
  because: string,
  runId: string | undefined,
): DrctlError {
  const subject = 'step' in event ? `${event.type} of "${event.step}"` : event.type;
  return new DrctlError(
    'JOURNAL_ILLEGAL',
    `Journal record ${seq} (${subject}) cannot follow the ones before it: ${because}`,
    { hint: `Run "drctl audit verify ${runId ?? 'RUN'}" and look at what wrote this journal` },
  );
}

function addToRun(draft: DraftState, event: JournalEvent, at: string): void {
  switch (event.type) {
    case 'run.started':
      Object.assign(draft, { ...beginningOf(event), startedAt: at });
      return beginSession(draft, 'running');
    case 'run.resumed':
      return resume(draft, event);
    case 'cleanup.started':
    case 'cleanup.finished':
      return addCleanup(draft, event, at);
    case 'rollback.started':
      return goBack(draft, event);
    case 'rollback.withdrawn':
      return void Object.assign(draft, withdrawn(draft.beforeRollback));
    case 'run.interrupted':
      draft.status = 'interrupted';
      return;
    case 'run.finished':
      Object.assign(draft, { status: 'finished', outcome: event.outcome, endedAt: at });
      draft.beforeRollback = undefined;
      return;
    case 'target.given-up':
    case 'phase.approved':
    case 'approval.given':
      return addApproval(draft, event);
    default:
      throw new DrctlError('JOURNAL_ILLEGAL', `Unknown journal event "${event.type}"`);
  }
}

function goBack(
  draft: DraftState,
  {
    because,
    to,
    unavailable = [],
    available = [],
  }: Extract<JournalEvent, { readonly type: 'rollback.started' }>,
): void {
  Object.assign(draft, { beforeCleanup: undefined, cleanedUp: undefined });
  draft.beforeRollback ??= beforeRollback(draft);
  for (const target of unavailable) draft.unavailable.add(target);
  for (const target of available) draft.unavailable.delete(target);
  draft.given.clear();
  draft.rollback = { because, to };
  beginSession(draft, 'rolling-back');
}

function resume(
  draft: DraftState,
  { unavailable = [], again }: Extract<JournalEvent, { readonly type: 'run.resumed' }>,
): void {
  for (const target of unavailable) draft.unavailable.add(target);
  if (again !== undefined) goForwardAgain(draft, again);
  Object.assign(draft, { beforeCleanup: undefined, cleanedUp: undefined });
  beginSession(draft, draft.rollback === undefined ? 'running' : 'rolling-back');
}

function addToInstance(draft: DraftState, before: InstanceState, record: JournalRecord): void {
  const { event, at } = record;
  if (!('step' in event)) return;
  if (event.type === 'step.expanded') {
    draft.expansions.set(event.step, event.instances);
    // From here on its instances speak for the step, not an expansion that failed before.
    draft.instances.delete(event.step);
    return;
  }
  if (event.type === 'step.started') noteStart(draft, before);
  const after = nextInstance(before, event, { at, session: draft.session });
  draft.instances.set(event.step, after);
  keepBeforeRollback(draft, event, after);
}

/** Only looking at what cannot be undone changes nothing; what comes back in any case is so before and after it. */
function keepBeforeRollback(draft: DraftState, event: InstanceEvent, after: InstanceState): void {
  if (event.type === 'step.undo-impossible') return;
  if (!('scope' in event) || event.scope !== 'deferred') draft.beforeRollback = undefined;
  // Its instances are a copy of its own: see beforeRollback.
  else
    (draft.beforeRollback?.instances as DraftState['instances'] | undefined)?.set(
      event.step,
      after,
    );
}

function noteStart(draft: DraftState, before: InstanceState): void {
  if (before.begun && before.status !== 'undone') return;
  // Done again after its deferred undo: its place in the rollback is that of the new beginning.
  const place = draft.startOrder.indexOf(before.id);
  if (place !== -1) draft.startOrder.splice(place, 1);
  draft.startOrder.push(before.id);
}

interface Moment {
  readonly at: string;
  readonly session: number;
}

function nextInstance(before: InstanceState, event: InstanceEvent, now: Moment): InstanceState {
  const base: InstanceState = { ...before, session: now.session };
  const ended: InstanceState = { ...base, endedAt: now.at, error: undefined, because: undefined };
  switch (event.type) {
    case 'step.started':
      return startedInstance(before, event, now);
    case 'step.undo-recorded':
      return { ...base, undoEntries: keepFirst(before.undoEntries, event.entries) };
    case 'step.progressed':
      return { ...base, cursor: event.cursor };
    case 'step.skipped':
      return { ...ended, status: 'skipped', because: event.because, completed: true };
    case 'step.refused':
      return { ...ended, status: 'refused', error: event.error };
    case 'step.succeeded':
      return { ...ended, status: 'succeeded', outputs: event.outputs, completed: true };
    case 'step.failed':
      return {
        ...ended,
        ...attemptCounts(before, event.attempt, now),
        status: event.willRetry ? 'retrying' : 'failed',
        failedIn: event.willRetry ? undefined : now.session,
        error: event.error,
      };
    case 'step.probed':
      return probedInstance(ended, event);
    case 'step.decided':
      return decidedInstance(ended, event, before);
    case 'step.tidied':
      // Not its session: an attempt that was cut off stays in doubt.
      return {
        ...before,
        tidied: { session: now.session, failed: event.error !== undefined },
      };
    default:
      return undoneInstance(base, ended, event);
  }
}

function startedInstance(
  before: InstanceState,
  event: Extract<InstanceEvent, { type: 'step.started' }>,
  now: Moment,
): InstanceState {
  // After a deferred undo the old records describe a world that is there again: what is recorded now is what counts.
  const fresh = before.status === 'undone' ? { undoEntries: new Map(), cursor: undefined } : {};
  return {
    ...before,
    ...fresh,
    ...attemptCounts(before, event.attempt, now),
    session: now.session,
    status: 'running',
    begun: true,
    completed: false,
    failedIn: undefined,
    leftOut: false,
    tidied: undefined,
    action: event.action,
    actionVersion: event.actionVersion,
    params: event.params,
    changes: event.changes,
    outputs: null,
    error: undefined,
    because: undefined,
    undoScope: undefined,
    startedAt: now.at,
    endedAt: undefined,
  };
}

function attemptCounts(
  before: InstanceState,
  attempt: number,
  { session }: Moment,
): Pick<InstanceState, 'attempt' | 'sessionAttempts'> {
  if (attempt === before.attempt) {
    return { attempt, sessionAttempts: before.sessionAttempts };
  }
  const counted = before.session === session ? before.sessionAttempts : 0;
  return { attempt, sessionAttempts: counted + 1 };
}

// In place, because an export records thousands of entries one by one and copies would cost their square.
function keepFirst<V>(
  map: ReadonlyMap<string, V>,
  entries: Readonly<Record<string, V>>,
): ReadonlyMap<string, V> {
  const kept = map as Map<string, V>;
  for (const [key, value] of Object.entries(entries)) if (!kept.has(key)) kept.set(key, value);
  return kept;
}
