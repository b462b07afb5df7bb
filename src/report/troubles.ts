// What went wrong in a run, and what became of each. Pure.

import type { ErrorRecord, JournalRecord } from '../engine/index.ts';
import type { Trouble } from './model.ts';
import type { Session } from './sessions.ts';
import { allNamed, between, clock, named } from './told-run.ts';
import type { ToldRun } from './told-run.ts';

/** In the order in which they happened. */
export function troublesOf(run: ToldRun): readonly Trouble[] {
  let index = 0;
  return run.sessions.flatMap((session, number) => {
    const found = session.records.flatMap((record): readonly Trouble[] => {
      index += 1;
      const trouble = ofRecord(record);
      return trouble === undefined ? [] : [told(trouble, record, { run, after: index })];
    });
    const stopped = ofSession(session, run.sessions[number + 1], run);
    return stopped === undefined ? found : [...found, stopped];
  });
}

interface Found {
  readonly kind: 'failed' | 'refused' | 'unclear' | 'undo-failed';
  readonly step: string;
  readonly verb: string;
  readonly error?: ErrorRecord;
}

function ofRecord({ event }: JournalRecord): Found | undefined {
  switch (event.type) {
    case 'step.failed':
      if (event.willRetry || event.error.code === 'INTERRUPTED') return undefined;
      return { kind: 'failed', step: event.step, verb: 'failed', error: event.error };
    case 'step.refused':
      return { kind: 'refused', step: event.step, verb: 'was refused', error: event.error };
    case 'step.undo-failed':
      return {
        kind: 'undo-failed',
        step: event.step,
        verb: 'could not be put back',
        error: event.error,
      };
    case 'step.probed': {
      if (event.found !== 'unclear') return undefined;
      const because = event.because === undefined ? '' : `: ${event.because}`;
      const verb = `was cut off, and nobody can tell whether it was done${because}`;
      return { kind: 'unclear', step: event.step, verb };
    }
    default:
      return undefined;
  }
}

function told(
  { kind, step, verb, error }: Found,
  { at }: JournalRecord,
  { run, after }: { readonly run: ToldRun; readonly after: number },
): Trouble {
  const later = run.records.slice(after);
  const outcome = kind === 'undo-failed' ? undoneLater(step, later) : settledLater(step, later);
  return {
    at,
    kind,
    step,
    what: `${named(run, step)} ${verb}`,
    ...(error === undefined ? {} : { error }),
    outcome: outcome ?? 'nothing has made up for it',
    isOpen: outcome === undefined,
  };
}

function undoneLater(step: string, later: readonly JournalRecord[]): string | undefined {
  const undone = later.find(({ event }) => event.type === 'step.undone' && event.step === step);
  return undone === undefined ? undefined : `put back at ${clock(undone.at)}`;
}

function settledLater(step: string, later: readonly JournalRecord[]): string | undefined {
  for (const { at, event } of later) {
    if (event.type === 'rollback.started') return `the run was rolled back from ${clock(at)} on`;
    if (!('step' in event) || event.step !== step) continue;
    if (event.type === 'step.succeeded') {
      return `done at ${clock(at)}, with attempt ${event.attempt}`;
    }
    if (event.type === 'step.expanded') return `found its instances at ${clock(at)}`;
    if (event.type === 'step.skipped') return `skipped at ${clock(at)}: ${event.because}`;
    if (event.type === 'step.decided' && event.decision !== 'retry') {
      const done = event.decision === 'skip' ? 'left out' : 'marked as done';
      return `${done} at ${clock(at)} by ${event.by.user}@${event.by.host}: ${event.reason}`;
    }
  }
  return undefined;
}

function ofSession(session: Session, next: Session | undefined, run: ToldRun): Trouble | undefined {
  const { end, by, endedAt: at, open, because } = session;
  if (end !== 'cut-off' && end !== 'interrupted') return undefined;
  const work =
    open.length === 0
      ? ''
      : ` while ${allNamed(run, open)} ${open.length === 1 ? 'was' : 'were'} under way`;
  const why = because === undefined ? '' : `: ${because}`;
  const verb = end === 'cut-off' ? `was cut off${work}` : `was interrupted${why}`;
  return {
    at,
    kind: end,
    what: `drctl of ${by} ${verb}`,
    outcome: next === undefined ? 'nobody has gone on with it' : goneOn(next, at),
    isOpen: next === undefined,
  };
}

const verbs = { apply: 'begun', resume: 'resumed', rollback: 'rolled back', cleanup: 'cleaned up' };

function goneOn({ kind, by, beganAt }: Session, since: string): string {
  return `${verbs[kind]} by ${by} at ${clock(beganAt)}, ${between(since, beganAt)} later`;
}
