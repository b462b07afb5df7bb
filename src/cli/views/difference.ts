// What differs between two runbooks: what takes a protection away first, then part by part.

import type { Difference, FieldDifference } from '../../authoring/index.ts';
import { counted } from '../../engine/index.ts';
import type { Json } from '../../engine/index.ts';
import type { Style } from '../style.ts';
import { wrapped } from './table.ts';

const SYMBOLS = { added: '+', removed: '-', changed: '~' } as const;

export function differenceLines(
  differences: readonly Difference[],
  view: { readonly style: Style; readonly proseColumns: number },
): readonly string[] {
  if (differences.length === 0) return ['They mean the same'];
  const { style } = view;
  const weaker = differences.filter(({ weakens }) => weakens !== undefined);
  return [
    ...(weaker.length === 0
      ? []
      : [
          style.bad(`${counted(weaker.length, 'difference')} to look at first: less is protected`),
          ...weaker.map((one) => style.bad(`  ! ${nameOf(one)}: ${one.weakens}`)),
          '',
        ]),
    ...differences.flatMap((one) => [
      paint(one, style)(`${SYMBOLS[one.change]} ${nameOf(one)}`),
      ...one.fields.flatMap((field) => fieldLines(field, view)),
    ]),
    '',
    summary(differences),
  ];
}

const nameOf = ({ kind, name }: Difference): string =>
  kind === 'runbook' ? 'the runbook itself' : `${kind} ${name}`;

function paint({ change }: Difference, style: Style): (text: string) => string {
  if (change === 'added') return style.good;
  return change === 'removed' ? style.bad : style.warn;
}

function fieldLines(
  { path, before, after }: FieldDifference,
  { style, proseColumns }: { readonly style: Style; readonly proseColumns: number },
): readonly string[] {
  const short = `    ${path}: ${text(before)} → ${text(after)}`;
  if (short.length <= Math.min(proseColumns, MAX_ONE_LINE)) return [short];
  const side = (mark: string, value: Json | undefined): readonly string[] =>
    wrapped(text(value), proseColumns - SIDE_INDENT).map(
      (line, at) => `      ${at === 0 ? mark : ' '} ${line}`,
    );
  return [
    `    ${path}`,
    ...side('-', before).map((line) => style.bad(line)),
    ...side('+', after).map((line) => style.good(line)),
  ];
}

const MAX_ONE_LINE = 100;
const SIDE_INDENT = 8;

const text = (value: Json | undefined): string =>
  value === undefined ? '(not set)' : typeof value === 'string' ? value : JSON.stringify(value);

function summary(differences: readonly Difference[]): string {
  const count = (change: Difference['change']): number =>
    differences.filter((one) => one.change === change).length;
  return `${count('added')} added, ${count('changed')} changed, ${count('removed')} removed`;
}
