// One line of a journal, taken by itself: is it a record? How it follows the one before it is not judged here.

import type { JournalRecord } from '../contracts/journal-event.ts';
import { eventProblems } from './record-shape.ts';

export type ReadLine =
  | { readonly kind: 'record'; readonly record: JournalRecord }
  /** `what` follows "line 3 ". */
  | { readonly kind: 'damaged'; readonly what: string; readonly cause?: unknown }
  | { readonly kind: 'other-format'; readonly format: string };

const shownLength = 40;
/** One for all lines: a journal has a hundred thousand. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Never throws. The line is without its newline. */
export function readLine(line: Uint8Array): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(line));
  } catch (cause) {
    return { kind: 'damaged', what: 'is not JSON', cause };
  }
  if (!isObject(value)) return { kind: 'damaged', what: 'is not a record' };
  const { format, seq, at, previous, event } = value;
  if (!isObject(event) || typeof event['type'] !== 'string') {
    return { kind: 'damaged', what: 'is not a record' };
  }
  if (format !== 1) return { kind: 'other-format', format: shown(format) };
  if (!Number.isSafeInteger(seq) || typeof at !== 'string' || typeof previous !== 'string') {
    return { kind: 'damaged', what: 'is not a record' };
  }
  const [problem] = eventProblems({ ...event, type: event['type'] });
  if (problem !== undefined) {
    return { kind: 'damaged', what: `is no ${shown(event['type'])}: ${problem}` };
  }
  return { kind: 'record', record: value as unknown as JournalRecord };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const whole = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
  return whole.length > shownLength ? `${whole.slice(0, shownLength)}…` : whole;
}
