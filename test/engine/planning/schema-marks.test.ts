// Where a schema marks what a parameter is.

import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { TargetName } from '../../../src/engine/index.ts';
import { markedStrings } from '../../../src/engine/planning/schema-marks.ts';

const target = TargetName('kubernetes');
const inside = Type.Object({ target, name: Type.String() });
const value = (name: string) => ({ target: name, name: 'other' });
const isTarget = (mark: string): boolean => mark.startsWith('target:');

it.each([
  ['a property', Type.Object({ one: inside }), { one: value('source') }],
  ['a list', Type.Array(inside), [value('source')]],
  ['a record with free keys', Type.Record(Type.String(), inside), { any: value('source') }],
  ['a union', Type.Union([Type.Null(), inside]), value('source')],
  ['an intersection', Type.Intersect([inside, Type.Object({})]), value('source')],
  ['everything else', { additionalProperties: inside }, { any: value('source') }],
])('a mark is found below %s', (_, schema, given) => {
  expect(markedStrings(schema, given, isTarget)).toEqual(['source']);
});

it('a mark counts for all strings below it, each once', () => {
  const schema = { 'x-drctl': 'sensitive' };
  const given = { a: 'one', b: ['two', { c: 'one' }], n: 1, none: null };
  expect(markedStrings(schema, given, (mark) => mark === 'sensitive')).toEqual(['one', 'two']);
});

it('a mark is found behind many values that have none', () => {
  const schema = Type.Object({ names: Type.Array(Type.String()), last: Type.Array(inside) });
  const given = { names: ['a', 'b'], last: [value('one'), value('two')] };
  expect(markedStrings(schema, given, isTarget)).toEqual(['one', 'two']);
  expect(markedStrings(schema, given, (mark) => mark === 'sensitive')).toEqual([]);
});

it('nothing is found without a schema', () => {
  expect(markedStrings(undefined, value('source'), isTarget)).toEqual([]);
});
