// What the linter finds: each rule by the smallest change to a runbook in which it finds nothing.

import { describe, expect, it } from 'vitest';
import { lint } from '../../src/authoring/index.ts';
import { load, registry, tidy, tidyWith } from './load.ts';

async function findingsIn(text: string): Promise<readonly string[]> {
  const runbook = await load(text);
  return lint({ runbook, registry }).findings.map(
    ({ rule, message, at }) => `${rule} ${at?.line ?? '-'}: ${message}`,
  );
}

const guards = tidy.slice(tidy.indexOf('    guards:'), tidy.lastIndexOf('    steps:'));

describe('each rule', () => {
  it('finds nothing in a tidy runbook', async () => {
    expect(await findingsIn(tidy)).toEqual([]);
  });

  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'env that nothing uses',
      tidyWith('  NAME: { default: one }', '  NAME: { default: one }\n  NAMES: { default: two }'),
      ['unused-env 7: Nothing uses env.NAMES'],
    ],
    [
      'a variable that nothing uses',
      tidyWith('name: "{{vars.object}}"', 'name: "{{env.NAME}}"'),
      ['unused-var -: Nothing uses vars.object'],
    ],
    [
      'a target that nothing names',
      tidyWith(
        'preconditions:',
        '  there: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }\npreconditions:',
      ),
      ['unused-target 11: Nothing uses the target there'],
    ],
    [
      'a deletion in a phase without guards',
      tidyWith(guards, ''),
      ['destroys-without-guard 41: Step remove destroys, and its phase clean has no guard'],
    ],
    [
      'a wait without a timeout',
      tidyWith('        timeout: 5m\n', ''),
      ['wait-without-timeout 30: Step third waits, and does not say for how long (10m by default)'],
    ],
    [
      'a precondition without a remedy',
      tidyWith('    remedy: kubectl create namespace default\n', ''),
      ['check-without-remedy 12: Precondition is-there has no remedy'],
    ],
    [
      'a step without a title',
      tidyWith('        title: Look\n', ''),
      ['step-without-title 21: Step first has no title'],
    ],
    [
      'a name of one installation',
      tidyWith('namespace: default, name: old', 'namespace: default, name: vpc-0123456789abcdef0'),
      ['spelled-out 46: remove spells out the id of an AWS resource: vpc-0123456789abcdef0'],
    ],
    [
      'a change after the point of no return',
      `${tidy}  - id: after
    title: After
    steps:
      - id: late
        title: Too late
        action: k8s.patch
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: a, patch: { data: { a: c } } }
`,
      [
        'after-point-of-no-return 53: Step late changes something after the point of no return (phase clean)',
      ],
    ],
  ];

  it.each(cases)('finds %s', async (_, text, expected) => {
    expect(await findingsIn(text)).toEqual(expected);
  });

  it('finds a step before the point of no return that no rollback can undo', async () => {
    const text = tidyWith(
      '        action: k8s.patch\n        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: a, patch: { data: { a: b } } }',
      '        action: k8s.exec\n        with: { target: here, namespace: default, pod: a, container: b, command: [touch, c] }',
    );
    expect(await findingsIn(text)).toEqual([
      expect.stringMatching(/^cannot-be-undone 25: Step second cannot be undone: ./),
    ]);
  });
});

describe('a comment with the name of the rule', () => {
  const found = '      - id: first\n        title: Look\n';

  it.each([
    ['above it', '      # lint: allow step-without-title: told above\n      - id: first\n'],
    [
      'among others above it',
      '      # One.\n      # lint: allow step-without-title\n      # Two.\n      - id: first\n',
    ],
    ['on its line', '      - id: first # lint: allow step-without-title\n'],
  ])('%s allows it', async (_, instead) => {
    const runbook = await load(tidyWith(found, instead));
    expect(lint({ runbook, registry })).toEqual({ findings: [], allowed: 1 });
  });

  it.each([
    ['another rule', '      # lint: allow step-without-title-x\n      - id: first\n'],
    [
      'something above an empty line',
      '      # lint: allow step-without-title\n\n      - id: first\n',
    ],
  ])('allows nothing when it names %s', async (_, instead) => {
    expect(await findingsIn(tidyWith(found, instead))).toHaveLength(1);
  });
});
