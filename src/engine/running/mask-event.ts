// Masks what people or the world brought into an event. Names that the engine decides on (types, ids, codes) stay:
// a secret that happens to read "running" must not make a journal unreadable.

import { hiddenText } from '../contracts/action.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { JournalEvent } from '../contracts/journal-event.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Redactor } from '../language/redactor.ts';
import { maskSentences } from '../planning/mask-selection.ts';

export function maskEvent(event: JournalEvent, redactor: Redactor): JournalEvent {
  if (event.type === 'step.expanded') {
    const instances = event.instances.map(({ key, item }) => ({ key, item: redactor.mask(item) }));
    return { ...event, instances };
  }
  const masked: Record<string, unknown> = { ...event };
  for (const name of ['params', 'changes', 'entries', 'cursor', 'outputs', 'reason', 'because']) {
    const value = masked[name];
    if (value !== undefined) masked[name] = redactor.mask(value as Json);
  }
  if (event.type === 'run.started' && event.leftOut !== undefined) {
    masked['leftOut'] = maskSentences(event.leftOut, redactor);
  }
  if ('waited' in event && event.waited !== undefined) {
    masked['waited'] = { ...event.waited, for: redactor.maskText(event.waited.for) };
  }
  if ('error' in event && event.error !== undefined) {
    masked['error'] = maskError(event.error, redactor);
  }
  return masked as unknown as JournalEvent;
}

export function maskError(error: ErrorRecord, redactor: Redactor): ErrorRecord {
  return {
    code: error.code,
    message: redactor.maskText(error.message),
    ...(error.hint === undefined ? {} : { hint: redactor.maskText(error.hint) }),
    ...(error.causes === undefined
      ? {}
      : { causes: error.causes.map((cause) => redactor.maskText(cause)) }),
  };
}

/** A value that was masked when it was journaled: what it really was is not known from the journal. */
export function isMasked(value: Json): boolean {
  if (typeof value === 'string') return value.includes(hiddenText);
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value as JsonObject).some(([key, item]) => isMasked(key) || isMasked(item));
}

/** The journaled value with its masked strings taken from a fresh rendering of the same template. */
export function unmask(journaled: Json, fresh: Json | undefined): Json {
  if (fresh === undefined || !isMasked(journaled)) return journaled;
  if (journaled === null || typeof journaled !== 'object') return fresh;
  if (Array.isArray(journaled) !== Array.isArray(fresh)) return fresh;
  if (Array.isArray(journaled)) {
    const items = fresh as readonly Json[];
    return (journaled as readonly Json[]).map((item, index) => unmask(item, items[index]));
  }
  if (fresh === null || typeof fresh !== 'object' || Object.keys(journaled).some(isMasked)) {
    return fresh;
  }
  return Object.fromEntries(
    Object.entries(journaled as JsonObject).map(([key, item]) => [
      key,
      unmask(item, (fresh as JsonObject)[key]),
    ]),
  );
}
