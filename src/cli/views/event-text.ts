// What an event of the journal says to a person, in one line; undefined for events that only the journal needs.

import { formatDuration } from '../../engine/index.ts';
import type {
  ErrorRecord,
  JournalEvent,
  JournalRecord,
  ProgressReport,
} from '../../engine/index.ts';
import type { Style } from '../style.ts';

/** When steps began, so that their ends can say how long they took. */
export type StartTimes = Map<string, string>;

export function eventText(
  record: JournalRecord,
  { style, started }: { readonly style: Style; readonly started: StartTimes },
): string | undefined {
  const { event, at } = record;
  switch (event.type) {
    case 'step.started':
      started.set(event.step, at);
      return event.attempt === 1
        ? `${style.accent('▸')} ${event.step}`
        : `${style.accent('▸')} ${event.step} (attempt ${event.attempt})`;
    case 'step.succeeded':
      return `${style.good('✓')} ${event.step}${took(started.get(event.step), at)}`;
    case 'step.failed':
      if (event.error.code === 'INTERRUPTED') return style.warn(`■ ${event.step} stopped`);
      return event.willRetry
        ? `${style.warn('!')} ${event.step} failed and is tried again: ${errorText(event.error)}`
        : `${style.bad('✗')} ${event.step}${took(started.get(event.step), at)}: ${errorText(event.error)}`;
    case 'step.refused':
      return `${style.bad('✗')} ${event.step} is refused: ${errorText(event.error)}`;
    case 'step.skipped':
      return style.dim(`- ${event.step} is skipped: ${event.because}`);
    case 'step.probed':
      return `${style.accent('?')} ${event.step} was cut off; it is ${event.found === 'not-done' ? 'not done' : event.found}${event.because === undefined ? '' : ` (${event.because})`}`;
    case 'phase.approved':
      return `${style.good('✓')} phase ${event.phase} approved by ${[...(event.people ?? []), event.approval.by].join(', ')} (${event.approval.how})`;
    default:
      return rarerText(event, style);
  }
}

function rarerText(event: JournalEvent, style: Style): string | undefined {
  switch (event.type) {
    case 'target.given-up':
      return `${style.warn('!')} ${event.target} is gone, says ${event.approval.by} (${event.approval.how})`;
    case 'approval.given':
      return `${style.good('✓')} ${event.approval.by} says yes to phase ${event.phase} (${event.approval.how})`;
    case 'rollback.started':
      return style.warn(`Rolling back: ${event.because}`);
    case 'rollback.withdrawn':
      return style.warn('Not rolled back: nobody agreed to it, and nothing was undone');
    case 'step.undo-started':
      return `${style.accent('◂')} ${event.step} is put back`;
    case 'step.undone':
      return `${style.good('✓')} ${event.step} put back`;
    case 'cleanup.started':
      return style.warn('Cleaning up: what the run holds down comes back');
    case 'step.tidied':
      return event.error === undefined
        ? `${style.good('✓')} ${event.step} left nothing behind`
        : `${style.warn('!')} what ${event.step} left behind could not be removed: ${errorText(event.error)}`;
    case 'step.undo-failed':
      return `${style.bad('✗')} ${event.step} could not be put back: ${errorText(event.error)}`;
    default:
      // Also of an undo that is impossible: a change that stays is told as a warning, a read has nothing to undo.
      return undefined;
  }
}

export function errorText(error: ErrorRecord): string {
  return `${error.code}: ${error.message}`;
}

export function progressText({ message, done, total, unit }: ProgressReport): string {
  if (done === undefined) return message;
  const of = total === undefined ? '' : ` of ${amount(total, unit)}`;
  return `${message} (${amount(done, unit)}${of})`;
}

function amount(count: number, unit: ProgressReport['unit']): string {
  if (unit !== 'bytes') return String(count);
  const mebi = 1024 * 1024;
  return count < mebi ? `${Math.ceil(count / 1024)} KiB` : `${(count / mebi).toFixed(1)} MiB`;
}

function took(from: string | undefined, to: string): string {
  return from === undefined
    ? ''
    : ` (${formatDuration(Math.max(0, Date.parse(to) - Date.parse(from)))})`;
}
