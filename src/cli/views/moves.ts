// What moved since a plan was made, as lines of text: what matters first.

import type { FieldMove, Json, Move, ObjectMove } from '../../engine/index.ts';
import type { Style } from '../style.ts';
import { cut } from './table.ts';

const MAX_VALUE = 60;

export function moveLines(
  moves: readonly Move[],
  { style, age }: { readonly style: Style; readonly age: string },
): readonly string[] {
  if (moves.length === 0) return [style.good(`Nothing moved since this plan was made, ${age}`)];
  const inOrder = moves.toSorted((a, b) => Number(b.matters) - Number(a.matters));
  return [
    style.bold(`Moved since this plan was made, ${age}:`),
    ...inOrder.flatMap((move) => [
      `  ${move.matters ? style.bad('✗') : style.dim('·')} ${wordsOf(move)}`,
      ...(move.objects ?? []).flatMap((object) => objectLines(object, style)),
    ]),
  ];
}

function wordsOf({ about, name, message }: Move): string {
  return about === name ? `${name} ${message}` : `${about} ${name}: ${message}`;
}

function objectLines({ object, message, fields }: ObjectMove, style: Style): readonly string[] {
  return [
    `      ${object}: ${message}`,
    ...fields.flatMap((field) => [
      `        ${field.path}:`,
      `          ${style.dim(`planned ${fieldText(field.planned)}`)}`,
      `          now     ${fieldText(field.now)}`,
    ]),
  ];
}

function fieldText(field: FieldMove['planned']): string {
  return field === undefined
    ? 'no change'
    : `${valueText(field.before)} → ${valueText(field.after)}`;
}

function valueText(value: Json | undefined): string {
  return value === undefined ? '(absent)' : cut(JSON.stringify(value), MAX_VALUE);
}
