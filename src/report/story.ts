// What happened in a run, in plain sentences in the order in which it happened: who began, what each phase did, what went
// wrong, where nobody worked on it, what was put back. Pure.

import type { StoryLine } from './model.ts';
import { between, capital } from './told-run.ts';
import type { ToldRun } from './told-run.ts';
import { linesOfSession } from './story-of-session.ts';

/** A line and the number of the record that it belongs to; the first record has 0. */
export interface Placed extends StoryLine {
  readonly place: number;
}

export function storyOf(run: ToldRun): readonly StoryLine[] {
  let first = 0;
  const lines: Placed[] = [];
  for (const [number, session] of run.sessions.entries()) {
    lines.push(...linesOfSession(run, { session, number, first }));
    first += session.records.length;
  }
  lines.push(...outageLines(run));
  return lines.toSorted((a, b) => a.place - b.place).map(told);
}

function told({ at, tone, text, hint }: Placed): StoryLine {
  return hint === undefined ? { at, tone, text } : { at, tone, text, hint };
}

function outageLines({ windows, records, titles }: ToldRun): readonly Placed[] {
  const name = (step: string): string => `“${titles.get(step) ?? step}”`;
  const placeOf = (at: string): number => records.findIndex((record) => record.at === at) + 0.5;
  return windows.flatMap(({ title, from, until, beganAt, endedAt, endedBy }) => {
    const began: Placed = {
      place: placeOf(beganAt),
      at: beganAt,
      tone: 'outage',
      text: `From here on ${title}: ${name(from)} has begun.`,
    };
    if (endedAt === null) return [began];
    const why = {
      until: `${name(until)} succeeded`,
      undo: `${name(from)} was put back`,
      end: 'the run has ended',
    }[endedBy ?? 'end'];
    const text = `No longer so, after ${between(beganAt, endedAt)}: ${title}. ${capital(why)}.`;
    return [began, { place: placeOf(endedAt), at: endedAt, tone: 'outage', text }];
  });
}
