// Paths into objects, as people write them and as plans show them.

import { array, assert, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePath, showPath } from '../../../src/actions/k8s/support/json-tree.ts';

describe('a path', () => {
  it.each([
    ['spec.replicas', ['spec', 'replicas']],
    ['metadata.annotations["example.com/a"]', ['metadata', 'annotations', 'example.com/a']],
    ['["a.b"].c["d/e"].f', ['a.b', 'c', 'd/e', 'f']],
    ['/metadata/annotations/example.com~1a', ['metadata', 'annotations', 'example.com/a']],
    ['spec.dash-ed_and/slashed', ['spec', 'dash-ed_and/slashed']],
  ])('is read: %s', (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  it.each(['', 'a..b', '.a', 'a.', 'a[0]', 'a["b', 'a["b"]c', 'a.["b"]', 'a["b.c/d'])(
    'is refused where it is none: %s',
    (text) => {
      expect(() => parsePath(text)).toThrow('is not a path');
    },
  );

  it('is read as it is shown', () => {
    const key = stringMatching(/^[A-Za-z0-9_./-]+$/);
    assert(
      property(array(key, { minLength: 1 }), (path) => {
        expect(parsePath(showPath(path))).toEqual(path);
      }),
    );
  });
});
