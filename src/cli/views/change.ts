// One change as lines of text: what happens to which object, field by field, before → after.

import { assertNever, counted } from '../../engine/index.ts';
import type { Change, FieldChange, Json } from '../../engine/index.ts';
import type { Style } from '../style.ts';
import type { ChangeGroup } from './change-groups.ts';
import { cut, wrapped } from './table.ts';

export interface ChangeView {
  readonly style: Style;
  /** How wide values may be: longer ones are cut unless all is asked for. */
  readonly columns: number;
  /** Sentences and names are wrapped there, never cut; what is to be copied is neither. Infinity where there is no terminal. */
  readonly proseColumns: number;
  /** Every field, whole values. */
  readonly full: boolean;
}

export type ChangeKind = Change['kind'];

const MAX_FIELDS = 8;
/** What is made has many, and what it is made from is known. */
const MAX_FIELDS_MADE = 3;
const MAX_NAMES = 20;
const MAX_NAME_LINES = 2;

export const symbols: Readonly<Record<ChangeKind, string>> = {
  create: '+',
  update: '~',
  delete: '-',
  run: '>',
  none: '=',
  later: '?',
};

export function paintKind(kind: ChangeKind, style: Style): (text: string) => string {
  switch (kind) {
    case 'create':
      return style.good;
    case 'update':
      return style.warn;
    case 'delete':
      return style.bad;
    case 'run':
      return style.accent;
    case 'later':
      return style.later;
    case 'none':
      return style.dim;
    default:
      return assertNever(kind);
  }
}

function knownWhen(waitsFor: readonly string[]): string {
  return waitsFor.length === 0 ? 'known when its turn comes' : `known after ${waitsFor.join(', ')}`;
}

export function changeLines(change: Change, view: ChangeView): readonly string[] {
  const { style } = view;
  const symbol = paintKind(change.kind, style)(symbols[change.kind]);
  switch (change.kind) {
    case 'none':
      return prose(style.dim(`${symbols.none} ${change.because}`), view);
    case 'later':
      return [`${symbol} ${style.dim(knownWhen(change.waitsFor))}`];
    case 'run':
      return prose(
        `${symbol} ${change.on.target}: ${change.summary}${risk(change.risk, style)}`,
        view,
      );
    case 'create':
    case 'update':
    case 'delete':
      return [
        ...prose(
          `${symbol} ${change.on.target}: ${change.on.object}${risk(change.risk, style)}`,
          view,
        ),
        ...fieldLines(change, view),
      ];
    default:
      return assertNever(change);
  }
}

/** What stands two steps in, below a phase and a step. */
const PROSE_INDENT = 6;

function prose(text: string, { proseColumns }: ChangeView): readonly string[] {
  return wrapped(text.replaceAll('\n', '⏎'), proseColumns - PROSE_INDENT);
}

function risk(of: 'safe' | 'disruptive' | 'destructive', style: Style): string {
  if (of === 'destructive') return style.bad(' (destructive)');
  return of === 'disruptive' ? style.warn(' (disruptive)') : '';
}

/** A count, as many names as fit on two lines, and what is done to each of them. */
export function groupLines(group: ChangeGroup, view: ChangeView): readonly string[] {
  const { style } = view;
  const symbol = paintKind(group.kind, style)(symbols[group.kind]);
  return [
    `${symbol} ${group.subject}${risk(group.risk, style)}`,
    ...someNames(group.names, view).map((line) => `    ${style.dim(line)}`),
    ...fieldLines(group, view),
  ];
}

function someNames(names: readonly string[], { columns }: ChangeView): readonly string[] {
  const lines = (count: number): readonly string[] => {
    const left = names.length - count;
    const more = left === 0 ? '' : ` … and ${left} more (--full)`;
    return wrapped(`${names.slice(0, count).join(', ')}${more}`, Math.max(40, columns - 16));
  };
  let count = Math.min(names.length, MAX_NAMES);
  while (count > 1 && lines(count).length > MAX_NAME_LINES) count -= 1;
  return lines(count);
}

function fieldLines(
  { kind, fields }: { readonly kind: ChangeKind; readonly fields: readonly FieldChange[] },
  view: ChangeView,
): readonly string[] {
  const most = kind === 'create' ? MAX_FIELDS_MADE : MAX_FIELDS;
  const shown = view.full ? fields : fields.slice(0, most);
  const lines = shown.flatMap((field) => fieldLine(field, view));
  const left = fields.length - shown.length;
  if (left > 0) lines.push(view.style.dim(`    … ${counted(left, 'more field')} (--full)`));
  return lines;
}

/** On one line where it fits; otherwise before and after below each other. */
function fieldLine(field: FieldChange, view: ChangeView): readonly string[] {
  const { style } = view;
  const before = show(field.before);
  const after = show(field.after);
  if (field.before === undefined) return [`    ${fit(`${field.path}: ${after}`, view, 12)}`];
  const line = `${field.path}: ${before} → ${after}`;
  if (line.length + 12 <= view.columns) {
    return [`    ${field.path}: ${style.dim(before)} → ${after}`];
  }
  return [
    `    ${fit(`${field.path}:`, view, 12)}`,
    `      ${style.dim(fit(before, view, 14))}`,
    `      → ${fit(after, view, 16)}`,
  ];
}

/** Leaves `margin` columns for indent and marks. */
function fit(text: string, view: ChangeView, margin: number): string {
  const line = text.replaceAll('\n', '⏎');
  return view.full ? line : cut(line, Math.max(40, view.columns - margin));
}

function show(value: Json | undefined): string {
  return value === undefined ? '(absent)' : JSON.stringify(value);
}
