// The sentence about one record of a journal, of those that are told one by one. Pure.

import type { ErrorRecord, JournalEvent, JournalRecord, RunOutcome } from '../engine/index.ts';
import type { StoryLine } from './model.ts';
import { howText, inSentence, named } from './told-run.ts';
import type { EventOf, ToldRun } from './told-run.ts';

type Line = Omit<StoryLine, 'at'>;

export function recordLine(run: ToldRun, { event }: JournalRecord): Line | undefined {
  switch (event.type) {
    case 'step.failed':
      if (event.willRetry || event.error.code === 'INTERRUPTED') return undefined;
      return failed(`${named(run, event.step)} failed`, event.error);
    case 'step.refused':
      return failed(`${named(run, event.step)} was refused`, event.error);
    case 'step.undo-failed':
      return failed(`${named(run, event.step)} could not be put back`, event.error);
    case 'step.tidied': {
      if (event.error === undefined) return undefined;
      return failed(`What ${named(run, event.step)} left behind could not be removed`, event.error);
    }
    case 'step.probed':
      return { tone: 'plain', text: probed(run, event) };
    case 'run.interrupted':
      return { tone: 'gap', text: `It was interrupted: ${event.because}.` };
    case 'run.finished':
      return {
        tone: event.outcome === 'succeeded' ? 'good' : toneOf(event.outcome),
        text: ends[event.outcome],
      };
    case 'cleanup.finished':
      return event.outcome === 'clean'
        ? { tone: 'good', text: 'Everything that was held down is back.' }
        : { tone: 'bad', text: 'Something that was held down could not be put back.' };
    default:
      return ofPeople(run, event);
  }
}

const ends: Readonly<Record<RunOutcome, string>> = {
  succeeded: 'The run succeeded.',
  failed: 'The run failed, and stopped.',
  'rolled-back': 'The run was rolled back.',
  stuck: 'The run got stuck: what it did could not be put back.',
};

function toneOf(outcome: RunOutcome): Line['tone'] {
  return outcome === 'rolled-back' ? 'undo' : 'bad';
}

function ofPeople(run: ToldRun, event: JournalEvent): Line | undefined {
  switch (event.type) {
    case 'phase.approved': {
      const who = inSentence([...(event.people ?? []), event.approval.by]);
      const text = `${who} approved phase “${event.phase}” ${howText(event.approval)}.`;
      return { tone: 'person', text };
    }
    case 'approval.given': {
      const why = event.reason === undefined ? '' : `: ${event.reason}`;
      return {
        tone: 'person',
        text: `${event.approval.by} said yes to phase “${event.phase}”${why}.`,
      };
    }
    case 'target.given-up': {
      const { by } = event.approval;
      return { tone: 'person', text: `${by} confirmed that “${event.target}” is gone.` };
    }
    case 'step.decided':
      return { tone: 'person', text: `${decided(run, event)}: ${event.reason}.` };
    case 'rollback.withdrawn':
      return { tone: 'plain', text: 'Nobody agreed to the rollback, and nothing was undone.' };
    default:
      return undefined;
  }
}

export function decided(run: Pick<ToldRun, 'titles'>, event: EventOf<'step.decided'>): string {
  const { by, decision, step } = event;
  const verbs = {
    retry: 'had it tried again:',
    skip: 'left out',
    'mark-done': 'marked as done by hand',
  };
  return `${by.user}@${by.host} ${verbs[decision]} ${named(run, step)}`;
}

function probed(run: ToldRun, { step, found, because }: EventOf<'step.probed'>): string {
  const says = {
    done: 'it had',
    'not-done': 'it had not',
    unclear: 'nobody can tell, so a person has to',
  };
  const why = because === undefined ? '' : ` (${because})`;
  return `Had ${named(run, step)}, which was cut off, taken effect? drctl looked: ${says[found]}${why}.`;
}

function failed(what: string, { message, hint }: ErrorRecord): Line {
  return { tone: 'bad', text: `${what}: ${message}`, ...(hint === undefined ? {} : { hint }) };
}
