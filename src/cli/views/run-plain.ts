// A run as plain lines with the time of day, for logs, and as JSON events for machines. Reports of progress come often;
// people get one of a step only every few seconds.

import type { RunEvent } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { eventText, progressText } from './event-text.ts';
import type { RunView } from './run-view.ts';
import { cut } from './table.ts';

const PROGRESS_EVERY_MS = 5_000;
/** What is waited for can be a long list; its beginning tells enough. */
const MAX_PROGRESS_CHARS = 200;

export function createPlainView(output: Output, now: () => Date): RunView {
  const started = new Map<string, string>();
  const reported = new Map<string, number>();
  const style = output.noteStyle;
  const line = (text: string, at = now().toISOString()): void =>
    output.note(`${style.dim(at.slice(11, 19))} ${text}`);

  const emit = (event: RunEvent): void => {
    switch (event.type) {
      case 'journal': {
        output.event('journal', { record: event.record });
        const text = eventText(event.record, { style, started });
        if (text !== undefined) line(text, event.record.at);
        return;
      }
      case 'progress': {
        output.event('progress', { step: event.step, progress: event.progress });
        const last = reported.get(event.step) ?? Number.NEGATIVE_INFINITY;
        const time = performance.now();
        if (time - last < PROGRESS_EVERY_MS && !output.verbose) return;
        reported.set(event.step, time);
        const text = `${event.step}: ${progressText(event.progress)}`;
        line(style.dim(`  ${output.verbose ? text : cut(text, MAX_PROGRESS_CHARS)}`));
        return;
      }
      case 'notice':
        output.event('notice', { severity: event.severity, message: event.message });
        line(event.severity === 'warning' ? style.warn(event.message) : event.message);
        return;
      default:
        event satisfies never;
    }
  };
  return { emit, aside: (ask) => ask(), end: () => Promise.resolve() };
}
