// From events to what is known: `fold(records)` is the run's state. Deterministic and total: an event either changes
// the state in one way or throws JOURNAL_ILLEGAL; nothing outside the journal is looked at.

import { DrctlError } from '../contracts/errors.ts';
import { assertNever, invariant } from '../contracts/invariant.ts';
import type { JournalEvent, JournalRecord } from '../contracts/journal-event.ts';
import { illegalBecause } from './legal-events.ts';
import { pendingInstance } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';
import { beforeRollback, withdrawn } from './withdraw-rollback.ts';

/** A state that grows with the journal. One writer; everybody else sees it as the read-only RunState. */
export interface RunFold {
  readonly state: RunState;
  /** Throws JOURNAL_ILLEGAL naming the record and leaves the state as it was. */
  add(record: JournalRecord): void;
  /** Throws InvariantError when the event could not follow: asked before an event is written. */
  check(event: JournalEvent): void;
}

type Draft = {
  -readonly [Key in keyof RunState]: RunState[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : RunState[Key] extends ReadonlySet<infer Item>
      ? Set<Item>
      : RunState[Key] extends readonly (infer Item)[]
        ? Item[]
        : RunState[Key];
};

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
  const draft: Draft = {
    runId: undefined,
    seq: 0,
    status: 'new',
    outcome: undefined,
    session: 0,
    approvals: new Map(),
    approvedNow: new Set(),
    expansions: new Map(),
    instances: new Map(),
    startOrder: [],
    rollback: undefined,
    beforeRollback: undefined,
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
      if (because !== undefined) throw illegal(record, because);
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

function illegal({ seq, event }: JournalRecord, because: string): DrctlError {
  const subject = 'step' in event ? `${event.type} of "${event.step}"` : event.type;
  return new DrctlError(
    'JOURNAL_ILLEGAL',
    `Journal record ${seq} (${subject}) cannot follow the ones before it: ${because}`,
    { hint: 'Run "drctl audit verify" and look at what wrote this journal' },
  );
}

function addToRun(draft: Draft, event: JournalEvent, at: string): void {
  switch (event.type) {
    case 'run.started':
      draft.runId = event.runId;
      draft.startedAt = at;
      return beginSession(draft, 'running');
    case 'run.resumed':
      return beginSession(draft, draft.rollback === undefined ? 'running' : 'rolling-back');
    case 'rollback.started':
      draft.beforeRollback ??= beforeRollback(draft);
      draft.rollback = { because: event.because, to: event.to };
      return beginSession(draft, 'rolling-back');
    case 'rollback.withdrawn':
      return void Object.assign(draft, withdrawn(draft.beforeRollback));
    case 'run.interrupted':
      draft.status = 'interrupted';
      return;
    case 'run.finished':
      Object.assign(draft, { status: 'finished', outcome: event.outcome, endedAt: at });
      draft.beforeRollback = undefined;
      return;
    case 'phase.approved':
      draft.approvals.set(event.phase, event.approval);
      draft.approvedNow.add(event.phase);
      return;
    default:
      throw new DrctlError('JOURNAL_ILLEGAL', `Unknown journal event "${event.type}"`);
  }
}

function beginSession(draft: Draft, status: RunState['status']): void {
  draft.session += 1;
  draft.approvedNow.clear();
  draft.status = status;
  draft.outcome = undefined;
  draft.endedAt = undefined;
}

function addToInstance(draft: Draft, before: InstanceState, record: JournalRecord): void {
  const { event, at } = record;
  if (!('step' in event)) return;
  if (event.type === 'step.expanded') {
    draft.expansions.set(event.step, event.instances);
    // From here on its instances speak for the step, not an expansion that failed before.
    draft.instances.delete(event.step);
    return;
  }
  // Only looking at what cannot be undone changes nothing.
  if (event.type !== 'step.undo-impossible') draft.beforeRollback = undefined;
  if (event.type === 'step.started') noteStart(draft, before);
  const after = nextInstance(before, event, { at, session: draft.session });
  draft.instances.set(event.step, after);
}

function noteStart(draft: Draft, before: InstanceState): void {
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

type InstanceEvent = Exclude<
  Extract<JournalEvent, { readonly step: string }>,
  { readonly type: 'step.expanded' }
>;

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
    default:
      return undoneInstance(base, ended, event);
  }
}

type UndoEvent = Extract<InstanceEvent, { readonly type: `step.und${string}` }>;

function undoneInstance(
  base: InstanceState,
  ended: InstanceState,
  event: Exclude<UndoEvent, { readonly type: 'step.undo-recorded' }>,
): InstanceState {
  switch (event.type) {
    case 'step.undo-started':
      return { ...base, status: 'undoing', undoScope: event.scope };
    case 'step.undone':
      return { ...ended, status: 'undone', undoScope: event.scope };
    case 'step.undo-impossible':
      return { ...ended, status: 'not-undoable', because: event.because };
    case 'step.undo-failed':
      return { ...ended, status: 'undo-failed', undoScope: event.scope, error: event.error };
    default:
      return assertNever(event);
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

function probedInstance(
  ended: InstanceState,
  event: Extract<InstanceEvent, { type: 'step.probed' }>,
): InstanceState {
  if (event.found === 'done') {
    return { ...ended, status: 'succeeded', outputs: event.outputs ?? null, completed: true };
  }
  if (event.found === 'not-done') return { ...ended, status: 'pending' };
  return { ...ended, status: 'unclear', because: event.because };
}

function decidedInstance(
  ended: InstanceState,
  event: Extract<InstanceEvent, { type: 'step.decided' }>,
  before: InstanceState,
): InstanceState {
  const decided = { ...ended, because: event.reason };
  const forward = { ...decided, completed: event.decision !== 'retry', failedIn: undefined };
  if (before.status === 'undo-failed') {
    return { ...decided, status: event.decision === 'retry' ? 'succeeded' : 'undone' };
  }
  if (event.decision === 'retry') return { ...forward, status: 'pending' };
  if (event.decision === 'skip') return { ...forward, status: 'skipped' };
  return { ...forward, status: 'succeeded', outputs: event.outputs ?? {} };
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
