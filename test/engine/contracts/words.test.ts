import { expect, it } from 'vitest';
import { counted, listSome } from '../../../src/engine/index.ts';

it('one thing is named in the singular, none and several in the plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'step'))).toEqual([
    '0 steps',
    '1 step',
    '2 steps',
  ]);
});

it('the plurals of kinds follow the rules of English', () => {
  const kinds = ['Pod', 'Ingress', 'NetworkPolicy', 'Endpoints', 'Gateway', 'StorageClass'];
  expect(kinds.map((kind) => counted(2, kind))).toEqual([
    '2 Pods',
    '2 Ingresses',
    '2 NetworkPolicies',
    '2 Endpoints',
    '2 Gateways',
    '2 StorageClasses',
  ]);
});

it('a plural of its own is used where one is given', () => {
  expect(counted(1, 'key was', 'keys were')).toBe('1 key was');
  expect(counted(2, 'key was', 'keys were')).toBe('2 keys were');
});

it('a list of up to four is shown whole, of a longer one four and how many more', () => {
  expect(listSome([])).toBe('');
  expect(listSome(['a', 'b', 'c', 'd'])).toBe('a, b, c, d');
  expect(listSome(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d … and 2 more');
  expect(listSome(['a', 'b', 'c', 'd', 'e'], '; ')).toBe('a; b; c; d … and 1 more');
});
