// What a secret takes the place of is hidden, and words of everybody's stay readable elsewhere.

import { expect, it } from 'vitest';
import type { Change } from '../../../src/engine/index.ts';
import { createRedactor } from '../../../src/engine/language/redactor.ts';
import { hideReplaced } from '../../../src/engine/planning/hide-replaced.ts';

const update = (before: string | boolean, after: string): Change => ({
  kind: 'update',
  on: { target: 'here', object: 'ConfigMap default/one' },
  fields: [{ path: 'data.key', before, after }],
  risk: 'safe',
});

it.each(['old password', 'default', true])('hides %s where a secret comes after it', (before) => {
  const redactor = createRedactor(['new password']);
  expect(hideReplaced(redactor, [update(before, 'new password')])).toMatchObject([
    { fields: [{ before: '(sensitive)', after: 'new password' }] },
  ]);
  const isLearnt = before === 'old password';
  expect(redactor.maskText(`it is ${String(before)}`) !== `it is ${String(before)}`).toBe(isLearnt);
});

it('leaves alone what is replaced by something open', () => {
  const change = update('blue', 'red');
  expect(hideReplaced(createRedactor(['secret']), [change])).toEqual([change]);
});
