// Two runbooks compared by meaning.

import { describe, expect, it } from 'vitest';
import { diffRunbooks } from '../../src/authoring/index.ts';
import type { Difference } from '../../src/authoring/index.ts';
import { load, tidy, tidyWith } from './load.ts';

async function differences(before: string, after: string): Promise<readonly Difference[]> {
  return diffRunbooks(await load(before), await load(after));
}

describe('what means the same', () => {
  it.each([
    ['a comment', `# Moved here.\n${tidy}`],
    ['layout', tidyWith('{ default: one }', '\n    default: one')],
    [
      'what is the default anyway',
      tidyWith('    title: Build\n', '    title: Build\n    approval: none\n'),
    ],
    ['the order of needs', tidyWith('[first, second]', '[second, first]')],
  ])('does not differ by %s', async (_, after) => {
    expect(await differences(tidy, after)).toEqual([]);
  });
});

describe('a difference', () => {
  it('tells the field and both values', async () => {
    expect(await differences(tidy, tidyWith('{ data: { a: b } }', '{ data: { a: c } }'))).toEqual([
      {
        kind: 'step',
        name: 'second',
        change: 'changed',
        fields: [{ path: 'with.patch.data.a', before: 'b', after: 'c' }],
      },
    ]);
  });

  it('tells that a step moved to another phase', async () => {
    const step = tidy.slice(tidy.indexOf('      - id: remove'));
    const moved = tidyWith(step, '').replace('  - id: clean', () => `${step}  - id: clean`);
    const late = `${moved}      - id: other
        title: Look
        action: k8s.get
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: b }
`;
    expect(await differences(tidy, late)).toEqual([
      {
        kind: 'step',
        name: 'remove',
        change: 'changed',
        fields: [{ path: 'phase', before: 'clean', after: 'build' }],
      },
      { kind: 'step', name: 'other', change: 'added', fields: [] },
    ]);
  });
});

describe('less protection is told apart', () => {
  const guards = tidy.slice(tidy.indexOf('    guards:'), tidy.lastIndexOf('    steps:'));

  it.each([
    [
      'a guard that is gone',
      tidyWith(guards, ''),
      'nothing looks at it right before the phase’s steps any more',
    ],
    [
      'a point of no return that is none',
      tidyWith('    pointOfNoReturn: true\n', ''),
      'rollback past it needs no --force any more',
    ],
    [
      'an approval that is not asked for',
      tidyWith('    approval: required\n', ''),
      'nobody is asked any more',
    ],
    [
      'a precondition that warns',
      tidyWith(
        '    message: There is no namespace\n    remedy',
        '    severity: warning\n    message: There is no namespace\n    remedy',
      ),
      'it only warns now',
    ],
    [
      'a step that does not wait',
      tidyWith('        needs: [first]\n', ''),
      'it no longer waits for first',
    ],
    [
      'a failure that does not stop',
      tidyWith('        needs: [first]\n', '        needs: [first]\n        onFailure: continue\n'),
      'the run goes on when it fails',
    ],
  ])('%s', async (_, after, weakens) => {
    expect((await differences(tidy, after)).map((one) => one.weakens)).toContain(weakens);
    expect((await differences(after, tidy)).map((one) => one.weakens)).not.toContain(weakens);
  });

  it('a precondition that asks something else, whichever way: a person has to read it', async () => {
    const other = tidyWith('name: default, that: object != null', 'name: default, that: "true"');
    for (const [before, after] of [
      [tidy, other],
      [other, tidy],
    ] as const) {
      const [one] = await differences(before, after);
      expect(one?.weakens).toBe('what it asks for is another thing now');
    }
  });
});
