// The sentences about one process that worked on a run. Steps that go well are told phase by phase, those that are put
// back all together; what goes wrong, and what people do, one by one. Pure.

import { counted, stepOfInstance } from '../engine/index.ts';
import type { JournalRecord } from '../engine/index.ts';
import { openingLine, closingLine } from './session-ends.ts';
import type { Session } from './sessions.ts';
import type { Placed } from './story.ts';
import { recordLine } from './story-of-record.ts';
import { between, inSentence, named } from './told-run.ts';
import type { ToldRun } from './told-run.ts';

interface Where {
  readonly session: Session;
  /** Of the session, counted from 0. */
  readonly number: number;
  /** Of its first record. */
  readonly first: number;
}

export function linesOfSession(run: ToldRun, where: Where): readonly Placed[] {
  const { session, number, first } = where;
  const { records } = session;
  const lines: Placed[] = [{ place: first, ...openingLine(run, session, number) }];
  for (const [index, record] of records.entries()) {
    const line = recordLine(run, record);
    if (line !== undefined) lines.push({ place: first + index, at: record.at, ...line });
  }
  lines.push(...phaseLines(run, where), ...retryLines(run, where), ...undoLines(run, where));
  const closing = closingLine(run, session, number);
  if (closing !== undefined) lines.push({ place: first + records.length - 0.1, ...closing });
  return lines;
}

interface Work {
  readonly place: number;
  readonly from: string;
  to: string;
  done: number;
  skipped: number;
}

/** What each phase did in this session, at its first event. */
function phaseLines(run: ToldRun, { session, first }: Where): readonly Placed[] {
  const phases = new Map<string, Work>();
  for (const [index, { at, event }] of session.records.entries()) {
    if (!('step' in event) || 'scope' in event || event.type === 'step.decided') continue;
    if (event.type === 'step.undo-impossible' || event.type === 'step.tidied') continue;
    const phase = run.phaseOf.get(stepOfInstance(event.step)) ?? '';
    const work = phases.get(phase) ?? {
      place: first + index,
      from: at,
      to: at,
      done: 0,
      skipped: 0,
    };
    phases.set(phase, work);
    work.to = at;
    if (event.type === 'step.succeeded') work.done += 1;
    if (event.type === 'step.skipped') work.skipped += 1;
  }
  return [...phases].flatMap(([phase, { place, from, to, done, skipped }]): readonly Placed[] => {
    const parts = [
      ...(done > 0 ? [`${counted(done, 'step')} done`] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ];
    if (parts.length === 0) return [];
    const title = run.summary.phases.find(({ id }) => id === phase)?.title ?? phase;
    const text = `Phase “${title}”: ${parts.join(', ')} (${between(from, to)}).`;
    return [{ place, at: from, tone: 'plain', text }];
  });
}

/** Of each instance once, however often it was tried. */
function retryLines(run: ToldRun, { session, first }: Where): readonly Placed[] {
  const tries = new Map<
    string,
    { readonly place: number; readonly record: JournalRecord; count: number }
  >();
  for (const [index, record] of session.records.entries()) {
    const { event } = record;
    if (event.type !== 'step.failed' || !event.willRetry) continue;
    if (event.error.code === 'INTERRUPTED') continue;
    const known = tries.get(event.step) ?? { place: first + index, record, count: 0 };
    known.count += 1;
    tries.set(event.step, known);
  }
  return [...tries].flatMap(([step, { place, record, count }]): readonly Placed[] => {
    if (record.event.type !== 'step.failed') return [];
    const often = count === 1 ? '' : `, ${count} times over`;
    const text = `${named(run, step)} failed and was tried again${often}: ${record.event.error.message}`;
    return [{ place, at: record.at, tone: 'plain', text }];
  });
}

/** What was put back in this session, at the first of it. */
function undoLines(run: ToldRun, { session, first }: Where): readonly Placed[] {
  return (['rollback', 'deferred'] as const).flatMap((scope): readonly Placed[] => {
    const undone = session.records.filter(
      ({ event }) => event.type === 'step.undone' && event.scope === scope,
    );
    const [one] = undone;
    const last = undone.at(-1);
    if (one === undefined || last === undefined) return [];
    const begun = session.records.findIndex(
      ({ event }) => event.type === 'step.undo-started' && event.scope === scope,
    );
    const from = session.records[begun]?.at ?? one.at;
    const what = `${counted(undone.length, 'step')} ${undone.length === 1 ? 'was' : 'were'} put back`;
    const how =
      scope === 'rollback'
        ? `, the last first (${between(from, last.at)})`
        : ', as they are in any case';
    const stay = scope === 'rollback' ? staying(run, session) : '';
    return [
      { place: first + Math.max(0, begun), at: from, tone: 'undo', text: `${what}${how}.${stay}` },
    ];
  });
}

const MAX_STAYING = 3;

/** What a rollback had to leave as it was made. Reads have nothing to undo. */
function staying(run: ToldRun, { records }: Session): string {
  const left = records.flatMap(({ event }) => {
    if (event.type !== 'step.undo-impossible') return [];
    const instance = run.state.instances.get(event.step);
    const changed = instance?.changes.some(({ kind }) => kind !== 'none') === true;
    return changed ? [`${named(run, event.step)} (${event.because})`] : [];
  });
  if (left.length === 0) return '';
  const more = left.length - MAX_STAYING;
  const shown = [...left.slice(0, MAX_STAYING), ...(more > 0 ? [`${more} more`] : [])];
  return ` What stays as it was made: ${inSentence(shown)}.`;
}
