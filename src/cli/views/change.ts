// One change as lines of text: what happens to which object, field by field, before → after.

import { assertNever, counted } from '../../engine/index.ts';
import type { Change, FieldChange, Json } from '../../engine/index.ts';
import type { Style } from '../style.ts';
import { cut } from './table.ts';

export interface ChangeView {
  readonly style: Style;
  readonly columns: number;
  /** Every field, whole values. */
  readonly full: boolean;
}

export type ChangeKind = Change['kind'];

const MAX_FIELDS = 8;

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
      return [style.dim(`${symbols.none} ${fit(change.because, view, 8)}`)];
    case 'later':
      return [`${symbol} ${style.dim(knownWhen(change.waitsFor))}`];
    case 'run':
      return [
        `${symbol} ${fit(`${change.on.target}: ${change.summary}`, view, 8)}${risk(change.risk, style)}`,
      ];
    case 'create':
    case 'update':
    case 'delete':
      return [
        `${symbol} ${fit(`${change.on.target}: ${change.on.object}`, view, 24)}${risk(change.risk, style)}`,
        ...fieldLines(change.fields, view),
      ];
    default:
      return assertNever(change);
  }
}

function risk(of: 'safe' | 'disruptive' | 'destructive', style: Style): string {
  if (of === 'destructive') return style.bad(' (destructive)');
  return of === 'disruptive' ? style.warn(' (disruptive)') : '';
}

function fieldLines(fields: readonly FieldChange[], view: ChangeView): readonly string[] {
  const shown = view.full ? fields : fields.slice(0, MAX_FIELDS);
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
