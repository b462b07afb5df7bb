// when, forEach and key.

import { describe, expect, it } from 'vitest';
import type { Json, Scope, Step } from '../../../src/engine/index.ts';
import { expandStep } from '../../../src/engine/planning/expand-step.ts';
import { forEachOutputs } from '../../../src/engine/planning/scope.ts';
import { step } from './toy-world.ts';

const scope = (list: Json): Scope => ({
  env: { LIST: list },
  vars: {},
  run: { id: 'r' },
  steps: { gone: { outputs: null } },
});
const each = (given: Partial<Step>): Step =>
  step({ id: 's', action: 'toy.get', with: {}, forEach: 'env.LIST', ...given });

describe('forEach', () => {
  it('gives one instance for each item, in order, named by its key or its index', () => {
    const items = [{ n: 'b' }, { n: 'a' }];
    expect(expandStep(each({ key: 'item.n' }), scope(items))).toMatchObject({
      instances: [
        { id: 's[b]', key: 'b', item: { n: 'b' } },
        { id: 's[a]', key: 'a', item: { n: 'a' } },
      ],
    });
    expect(expandStep(each({}), scope(items))).toMatchObject({
      instances: [{ id: 's[0]' }, { id: 's[1]' }],
    });
    expect(expandStep(each({}), scope([]))).toEqual({ kind: 'instances', instances: [] });
  });

  it('asks "when" of every item', () => {
    expect(expandStep(each({ when: 'item > 1' }), scope([1, 2]))).toMatchObject({
      instances: [
        { when: { kind: 'skipped', because: 'when: item > 1 is false' } },
        { when: { kind: 'yes' } },
      ],
    });
  });

  it.each([
    ['no list', { LIST: 'x' }, {}, /must give a list/],
    ['two items of one key', { LIST: ['x', 'x'] }, { key: 'item' }, /"x" for more than one item/],
    ['a key that is no name', { LIST: [['x']] }, { key: 'item' }, /must give a name/],
    ['an empty key', { LIST: [''] }, { key: 'item' }, /must give a name/],
  ])('refuses %s', (_, env, given, message) => {
    expect(() => expandStep(each(given), { ...scope(null), env })).toThrow(
      expect.objectContaining({
        code: 'VALUE_UNRESOLVED',
        message: expect.stringMatching(message),
        at: each({}).at,
      }),
    );
  });

  it('waits for the step that makes the list', () => {
    expect(expandStep(each({ forEach: "steps['x'].outputs.items" }), scope(null))).toEqual({
      kind: 'later',
      waitsFor: ['x'],
    });
  });
});

describe('when', () => {
  it('sees that a step was skipped', () => {
    const given = { forEach: undefined, when: "steps['gone'].outputs != null" };
    expect(expandStep(each(given), scope(null))).toMatchObject({ kind: 'skipped' });
  });

  it('refuses what is neither true nor false', () => {
    expect(() => expandStep(each({ forEach: undefined, when: '"yes"' }), scope(null))).toThrow(
      expect.objectContaining({
        code: 'VALUE_UNRESOLVED',
        message: '"when" of "s" must be true or false, but "yes" is "yes"',
      }),
    );
  });
});

it('leaves skipped instances out of the outputs of a forEach step', () => {
  expect(
    forEachOutputs([
      { key: 'a', outputs: { n: 1 } },
      { key: 'b', outputs: null },
      { key: 'c', outputs: { n: 3, key: 'from the action' } },
    ]),
  ).toEqual({
    items: [
      { key: 'a', n: 1 },
      { key: 'c', n: 3 },
    ],
  });
});
