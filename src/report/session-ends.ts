// The first and the last sentence about a process that worked on a run. Pure.

import type { StoryLine } from './model.ts';
import { askedFor } from './sessions.ts';
import type { Session } from './sessions.ts';
import { allNamed, between, howText, shortDigest } from './told-run.ts';
import type { EventOf, ToldRun } from './told-run.ts';

export function openingLine(run: ToldRun, session: Session, number: number): StoryLine {
  const before = run.sessions[number - 1];
  return { at: session.beganAt, tone: 'person', text: `${opening(session, before)}.` };
}

function opening({ records, by, kind }: Session, before: Session | undefined): string {
  const event = records[0]?.event;
  const later =
    before === undefined ? '' : `, ${between(before.endedAt, records[0]?.at ?? '')} later`;
  switch (event?.type) {
    case 'run.started':
      return `${by} ${begun(event)}`;
    case 'run.resumed': {
      const from = isElsewhere(by, before) ? ' from another machine' : '';
      const again =
        event.again === undefined ? '' : ', forward again from where the rollback had stopped';
      return `${by} resumed it${from}${later}${again}${moved(event.moved)}${gone(event.unavailable)}`;
    }
    case 'rollback.started': {
      const to = event.to === undefined ? '' : `, down to the step “${event.to}”`;
      const why = event.because === askedFor ? '' : `: ${event.because}`;
      return `${by} began to roll it back${later}${to}${moved(event.moved)}${gone(event.unavailable)}${why}`;
    }
    case 'cleanup.started':
      return `${by} cleaned up${later}: what the run held down comes back${moved(event.moved)}`;
    default:
      return `${by} ${kind}`;
  }
}

function begun({ approval, drctl }: EventOf<'run.started'>): string {
  const began = `began the run with drctl ${drctl}`;
  if (approval === undefined) return began;
  const { digest, by } = approval;
  const plan = digest === undefined ? 'the plan' : `the plan ${shortDigest(digest)}`;
  return `${began}; ${by} approved ${plan} ${howText(approval)}`;
}

const host = (who: string): string => who.slice(who.lastIndexOf('@') + 1);

function isElsewhere(by: string, before: Session | undefined): boolean {
  return before !== undefined && host(by) !== host(before.by);
}

function moved(values: readonly { readonly name: string }[] | undefined): string {
  if (values === undefined || values.length === 0) return '';
  return `, with other values of ${values.map(({ name }) => name).join(', ')}`;
}

function gone(targets: readonly string[] | undefined): string {
  return targets === undefined || targets.length === 0 ? '' : `, giving up ${targets.join(', ')}`;
}

/** Of one that ended without a last word. */
export function closingLine(
  run: ToldRun,
  { end, endedAt, by, pid, open }: Session,
  number: number,
): StoryLine | undefined {
  if (end !== 'cut-off' && end !== 'silent') return undefined;
  const next = run.sessions[number + 1];
  const silence =
    next === undefined
      ? 'Nothing has been recorded since'
      : `Nothing was recorded for ${between(endedAt, next.beganAt)}`;
  const who = `process ${pid} of ${by}`;
  if (end === 'silent') {
    const text = `The last word of ${who}, between two steps: it waited for a person, or was cut off. ${silence}.`;
    return { at: endedAt, tone: 'gap', text };
  }
  const work = `${allNamed(run, open)} ${open.length === 1 ? 'was' : 'were'} under way`;
  const text = `The last word of ${who}: it was killed, or its machine was lost, while ${work}. ${silence}.`;
  return { at: endedAt, tone: 'gap', text };
}
