// How a run ended, in a word and in a few sentences: what it was, what went wrong on the way, how it stands now. Pure.

import { counted } from '../engine/index.ts';
import type { Ending, Trouble } from './model.ts';
import { between, capital, clock, day, inSentence, times } from './told-run.ts';
import type { ToldRun } from './told-run.ts';

export function endingOf(run: ToldRun, troubles: readonly Trouble[], madeAt: string): Ending {
  const { mood, word } = wordOf(run);
  const text = [beginning(run), onTheWay(run, troubles), rolledBack(run), ...outages(run, madeAt)];
  return { mood, word, text: text.filter((part) => part !== '').join(' ') };
}

function wordOf({ state, rest, isAlive, sessions }: ToldRun): Pick<Ending, 'mood' | 'word'> {
  const { status, outcome, rollback } = state;
  if (status !== 'finished')
    return { mood: 'open', word: openWord(status, isAlive, sessions.at(-1)?.end) };
  switch (outcome) {
    case 'succeeded':
      return { mood: 'good', word: rest === undefined ? 'Succeeded' : 'Succeeded, in part' };
    case 'rolled-back':
      return rollback?.to === undefined
        ? { mood: 'back', word: 'Rolled back' }
        : { mood: 'open', word: `Rolled back to step “${rollback.to}”` };
    case 'stuck':
      return { mood: 'bad', word: 'Stuck in its rollback' };
    default:
      return { mood: 'bad', word: 'Failed' };
  }
}

function openWord(status: string, isAlive: boolean, end: string | undefined): string {
  const doing = { 'rolling-back': 'rolling back', 'cleaning-up': 'cleaning up' }[status];
  if (isAlive) return doing === undefined ? 'Running' : capital(doing);
  if (status === 'interrupted' || end === 'interrupted') return 'Interrupted';
  const during = doing === undefined ? '' : ` while ${doing}`;
  return end === 'cut-off' ? `Cut off${during}` : `Stopped${during}`;
}

function beginning({ header, records, sessions }: ToldRun): string {
  const { name, version } = header.runbook;
  const [first] = records;
  const by = sessions[0]?.by ?? header.by.user;
  const at = first?.at ?? header.createdAt;
  return `${by} began ${name} ${version} on ${day(at)} at ${clock(at)} UTC.`;
}

function onTheWay({ sessions }: ToldRun, troubles: readonly Trouble[]): string {
  const count = (...kinds: readonly Trouble['kind'][]): number =>
    troubles.filter(({ kind }) => kinds.includes(kind)).length;
  const told: readonly (readonly [string, number])[] = [
    ['failed', count('failed', 'refused', 'unclear')],
    ['was cut off', count('cut-off')],
    ['was interrupted', count('interrupted')],
    ['was resumed', sessions.filter(({ kind }) => kind === 'resume').length],
  ];
  const parts = told
    .filter(([, number]) => number > 0)
    .map(([verb, number]) => `${verb} ${times(number)}`);
  return parts.length === 0 ? '' : `It ${inSentence(parts)}.`;
}

function rolledBack({ sessions, state }: ToldRun): string {
  const last = sessions.findLast(({ kind }) => kind === 'rollback');
  if (last === undefined || state.rollback === undefined) return '';
  const undone = [...state.instances.values()].filter(
    ({ status, undoScope }) => status === 'undone' && undoScope === 'rollback',
  ).length;
  const verb = state.outcome === 'rolled-back' ? 'rolled it back' : 'began to roll it back';
  return `${last.by} ${verb} at ${clock(last.beganAt)}: ${counted(undone, 'step')} ${undone === 1 ? 'was' : 'were'} put back.`;
}

function outages({ windows }: ToldRun, madeAt: string): readonly string[] {
  return windows.map(({ title, beganAt, endedAt }) => {
    const what = `“${capital(title)}” from ${clock(beganAt)}`;
    return endedAt === null
      ? `${what} on: for ${between(beganAt, madeAt)} by now.`
      : `${what} to ${clock(endedAt)}: ${between(beganAt, endedAt)} in all.`;
  });
}
