// What an event of the journal does to the line of its step on a terminal.

import type { JournalEvent } from '../../engine/index.ts';
import { errorText } from './event-text.ts';

export type LineChange =
  | { readonly to: 'expanded'; readonly instances: readonly string[] }
  | { readonly to: 'begun' }
  | { readonly to: 'over'; readonly text: string; readonly skipped: boolean }
  | { readonly to: 'failed'; readonly text: string }
  | { readonly to: 'same'; readonly text?: string };

export function lineChange(event: JournalEvent): LineChange {
  switch (event.type) {
    case 'step.expanded':
      return {
        to: 'expanded',
        instances: event.instances.map(({ key }) => `${event.step}[${key}]`),
      };
    case 'step.started':
    case 'step.undo-started':
      return { to: 'begun' };
    case 'step.succeeded':
    case 'step.undone':
      return { to: 'over', text: 'done', skipped: false };
    case 'step.skipped':
    case 'step.undo-impossible':
      return { to: 'over', text: event.because, skipped: true };
    case 'step.failed':
      if (event.error.code === 'INTERRUPTED') return { to: 'same', text: 'stopped' };
      return event.willRetry
        ? { to: 'same', text: `is tried again: ${errorText(event.error)}` }
        : { to: 'failed', text: errorText(event.error) };
    case 'step.refused':
    case 'step.undo-failed':
      return { to: 'failed', text: errorText(event.error) };
    default:
      return { to: 'same' };
  }
}
