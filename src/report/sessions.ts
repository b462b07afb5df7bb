// The processes that worked on a run: who started each, from when to when it was at work, and how it ended. Pure.

import type { JournalEvent, JournalRecord, Operator } from '../engine/index.ts';
import type { SessionReport } from './model.ts';
import { beginsSession } from './spans.ts';

export interface Session extends SessionReport {
  /** All that it wrote, its first record first. */
  readonly records: readonly JournalRecord[];
  /** Instances that it had begun, or begun to undo, and of which it recorded no end. */
  readonly open: readonly string[];
  /** Why it was interrupted. */
  readonly because?: string;
}

/** Why a run is rolled back that does not do so by itself. */
export const askedFor = 'asked for by a person';

/** What a person may write into the journal of a run that nobody works on. */
const fromOutside: ReadonlySet<string> = new Set(['step.decided', 'approval.given']);

/** `isAlive`: the last one is at work still. */
export function sessionsOf(
  records: readonly JournalRecord[],
  isAlive: boolean,
): readonly Session[] {
  const groups: JournalRecord[][] = [];
  for (const record of records) {
    const { event } = record;
    if (groups.length === 0 || beginsSession(event)) groups.push([record]);
    else groups.at(-1)?.push(record);
  }
  return groups.map((group, index) => {
    const next = groups[index + 1]?.[0]?.event;
    if (next === undefined) return sessionOf(group, isAlive ? 'running' : undefined);
    return sessionOf(group, isSameProcess(group[0]?.event, next) ? 'finished' : undefined);
  });
}

/** A run that rolls itself back does so in the process in which a step failed. */
function isSameProcess(event: JournalEvent | undefined, next: JournalEvent): boolean {
  if (next.type !== 'rollback.started' || next.because === askedFor) return false;
  const [one, other] = [operatorOf(event), operatorOf(next)];
  return one.pid === other.pid && one.host === other.host;
}

function sessionOf(
  records: readonly JournalRecord[],
  known: 'running' | 'finished' | undefined,
): Session {
  const own = records.slice(
    0,
    records.findLastIndex(({ event }) => !fromOutside.has(event.type)) + 1,
  );
  const [first] = records;
  const last = own.at(-1) ?? first;
  const by = operatorOf(first?.event);
  const open = stillOpen(own);
  return {
    kind: kindOf(first?.event),
    by: `${by.user}@${by.host}`,
    pid: by.pid,
    beganAt: first?.at ?? '',
    endedAt: last?.at ?? '',
    end: known ?? endOf(last?.event, open),
    open,
    records,
    ...(last?.event.type === 'run.interrupted' ? { because: last.event.because } : {}),
  };
}

function kindOf(event: JournalEvent | undefined): SessionReport['kind'] {
  if (event?.type === 'rollback.started') return 'rollback';
  if (event?.type === 'cleanup.started') return 'cleanup';
  return event?.type === 'run.resumed' ? 'resume' : 'apply';
}

function operatorOf(event: JournalEvent | undefined): Operator {
  const isKnown = event !== undefined && 'by' in event && event.type !== 'step.decided';
  return isKnown ? event.by : { user: '?', host: '?', pid: 0 };
}

function stillOpen(records: readonly JournalRecord[]): readonly string[] {
  const open = new Set<string>();
  for (const { event } of records) {
    if (event.type === 'step.started' || event.type === 'step.undo-started') open.add(event.step);
    if ('step' in event && ends.has(event.type)) open.delete(event.step);
  }
  return [...open];
}

const ends: ReadonlySet<string> = new Set([
  'step.succeeded',
  'step.failed',
  'step.refused',
  'step.skipped',
  'step.undone',
  'step.undo-failed',
  'step.undo-impossible',
]);

function endOf(event: JournalEvent | undefined, open: readonly string[]): SessionReport['end'] {
  switch (event?.type) {
    case 'run.finished':
    case 'cleanup.finished':
    case 'rollback.withdrawn':
      return 'finished';
    case 'run.interrupted':
      return 'interrupted';
    default:
      return open.length > 0 ? 'cut-off' : 'silent';
  }
}
