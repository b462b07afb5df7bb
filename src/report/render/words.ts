// The words and signs of a report, the same in every format: a sign and a word tell a reader of a black and white print,
// and one who does not see, what the colours tell the others.

import type { ChangeReport, Leftover, SessionReport, Standing, StoryLine } from '../model.ts';

export const standings: Readonly<
  Record<Standing, { readonly sign: string; readonly word: string }>
> = {
  done: { sign: '✓', word: 'done' },
  'put-back': { sign: '↩', word: 'put back' },
  stays: { sign: '●', word: 'stays as made' },
  failed: { sign: '✗', word: 'failed' },
  refused: { sign: '✗', word: 'refused' },
  unclear: { sign: '?', word: 'unclear' },
  'cut-off': { sign: '✂', word: 'cut off' },
  running: { sign: '▸', word: 'running' },
  'not-put-back': { sign: '✗', word: 'not put back' },
  skipped: { sign: '–', word: 'skipped' },
  'left-out': { sign: '–', word: 'left out' },
  'not-begun': { sign: '·', word: 'not begun' },
};

export const changeKinds: Readonly<Record<ChangeReport['kind'], { sign: string; word: string }>> = {
  create: { sign: '+', word: 'create' },
  update: { sign: '~', word: 'update' },
  delete: { sign: '−', word: 'delete' },
  run: { sign: '>', word: 'run' },
};

export const changeStandings: Readonly<Record<ChangeReport['standing'], string>> = {
  made: 'made',
  'put-back': 'put back',
  stays: 'stays as made',
  maybe: 'perhaps made',
  'not-put-back': 'not put back',
};

export const sessionKinds: Readonly<Record<SessionReport['kind'], string>> = {
  apply: 'apply',
  resume: 'resume',
  rollback: 'rollback',
  cleanup: 'cleanup',
};

export const sessionEnds: Readonly<Record<SessionReport['end'], string>> = {
  finished: 'to its end',
  interrupted: 'interrupted',
  'cut-off': 'cut off',
  silent: 'without a last word',
  running: 'at work',
};

export const leftoverKinds: Readonly<Record<Leftover['kind'], string>> = {
  'out-of-use': 'Out of use',
  held: 'Held down',
  stays: 'Stays as made',
  'not-undone': 'Not put back',
  'in-doubt': 'In doubt',
  'by-decision': 'Decided by a person',
};

export const toneSigns: Readonly<Record<StoryLine['tone'], string>> = {
  plain: '▸',
  person: '●',
  good: '✓',
  bad: '✗',
  gap: '✂',
  undo: '↩',
  outage: '⚠',
};

const MAX_VALUE = 300;

/** A value of an object's field: as JSON, cut where it is long. */
export function valueText(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value) ?? '';
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}

/** "2026-12-01 14:52:56" */
export function moment(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}
