// Objects that have been seen: told apart by kind, namespace and name, not by the version of their kind.

import { expect, it } from 'vitest';
import { createObjectSet } from '../../../src/actions/k8s/support/object-set.ts';

const ref = { apiVersion: 'a.io/v1', kind: 'Thing', namespace: 'work', name: 'one' };

it('has what was added, in whatever version', () => {
  const seen = createObjectSet();
  expect(seen.has(ref)).toBe(false);
  seen.add(ref);
  seen.add({ ...ref, apiVersion: 'a.io/v2' });
  expect(seen.has({ ...ref, apiVersion: 'a.io/v1beta1' })).toBe(true);
  expect(seen.size).toBe(1);
});

it.each([
  ['name', { name: 'two' }],
  ['namespace', { namespace: 'other' }],
  ['kind', { kind: 'Thin' }],
  ['group', { apiVersion: 'v1' }],
])('takes another %s for another object', (_, other) => {
  const seen = createObjectSet();
  seen.add(ref);
  expect(seen.has({ ...ref, ...other })).toBe(false);
  seen.add({ ...ref, ...other });
  expect(seen.size).toBe(2);
});

it('tells what is in a namespace from what is in none', () => {
  const seen = createObjectSet();
  seen.add({ apiVersion: 'v1', kind: 'Thing', namespace: 'a', name: 'b' });
  expect(seen.has({ apiVersion: 'v1', kind: 'Thing', name: 'b' })).toBe(false);
});
