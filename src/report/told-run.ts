// What the parts of a report are told from, put together once, and the words that they share.

import { formatDuration, stepOfInstance } from '../engine/index.ts';
import type {
  Approval,
  JournalEvent,
  JournalRecord,
  RestOfRunbook,
  RunHeader,
  RunState,
  RunSummary,
} from '../engine/index.ts';
import type { OutageWindow } from './outage-windows.ts';
import type { Session } from './sessions.ts';
import type { Span } from './spans.ts';

export interface ToldRun {
  readonly header: RunHeader;
  readonly records: readonly JournalRecord[];
  readonly state: RunState;
  readonly summary: RunSummary;
  readonly rest: RestOfRunbook | undefined;
  readonly sessions: readonly Session[];
  readonly spans: readonly Span[];
  readonly windows: readonly OutageWindow[];
  /** A process works on the run now. */
  readonly isAlive: boolean;
  /** Step id → title. */
  readonly titles: ReadonlyMap<string, string>;
  /** Step id → phase id. */
  readonly phaseOf: ReadonlyMap<string, string>;
}

export type EventOf<T extends JournalEvent['type']> = Extract<JournalEvent, { readonly type: T }>;

/** "“Pause every node pool” [np-1]" */
export function named({ titles }: Pick<ToldRun, 'titles'>, instance: string): string {
  const step = stepOfInstance(instance);
  return `“${titles.get(step) ?? step}”${instance === step ? '' : ` ${instance.slice(step.length)}`}`;
}

const MAX_NAMED = 3;

/** "“A”, “B” and 2 more" */
export function allNamed(run: Pick<ToldRun, 'titles'>, instances: readonly string[]): string {
  const shown = instances.slice(0, MAX_NAMED).map((one) => named(run, one));
  const left = instances.length - shown.length;
  return inSentence(left === 0 ? shown : [...shown, `${left} more`]);
}

/** "a", "a and b", "a, b and c" */
export function inSentence(parts: readonly string[]): string {
  const [last] = parts.slice(-1);
  if (parts.length < 2 || last === undefined) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** Clocks may have been set back in between: never less than nothing. */
export function between(from: string, to: string): string {
  return formatDuration(Math.max(0, Date.parse(to) - Date.parse(from)));
}

/** "14:52:56" */
export function clock(at: string): string {
  return at.slice(11, 19);
}

/** "2026-12-01" */
export function day(at: string): string {
  return at.slice(0, 10);
}

const hows: Readonly<Record<Approval['how'], string>> = {
  prompt: 'at the prompt',
  flag: 'with --approve',
  'auto-approve': 'with --auto-approve',
};

export function howText({ how }: Pick<Approval, 'how'>): string {
  return hows[how];
}

/** "drctl looked": what the first part of a digest is enough for. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** "once", "twice", "3 times" */
export function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}
