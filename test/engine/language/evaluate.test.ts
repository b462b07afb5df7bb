import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/contracts/errors.ts';
import type { Json } from '../../../src/engine/contracts/json.ts';
import { evaluateExpression, stepReferences } from '../../../src/engine/language/evaluate.ts';

const scope = {
  env: { A: 'x', NONE: null, N: 3 },
  vars: {},
  run: { id: 'r', startedAt: '2026-11-22T03:15:02Z' },
  steps: { 'find-it': { outputs: { n: 2 } }, 'pause.patch': { outputs: { n: 5 } } },
};
const object = {
  spec: { replicas: 2, ratio: 0.5, names: ['b', 'a', 'b'], none: null },
  status: { readyReplicas: 2 },
  metadata: { annotations: { 'a.b/c': 'v' }, name: 'np-1' },
  memory: '8Gi',
};
const evaluate = (expression: string): Json => {
  const result = evaluateExpression(expression, scope, { object });
  return result.known ? result.value : `waits for ${result.waitsFor.join()}`;
};

/** What it was refused with: message and hint. */
function refusal(expression: string): string {
  try {
    evaluate(expression);
    return 'not refused';
  } catch (error) {
    return error instanceof DrctlError && error.code === 'VALUE_UNRESOLVED'
      ? `${error.message} | ${error.hint ?? ''}`
      : String(error);
  }
}

const table: readonly (readonly [expression: string, value: Json])[] = [
  ['object.spec.replicas == 2', true],
  ['object.spec.replicas == 2.0', true],
  ['object.spec.replicas + 1', 3],
  ['object.spec.replicas * object.spec.ratio', 1],
  ['object.spec.replicas > object.spec.ratio', true],
  ['size(object.spec.names) - 1 == object.status.readyReplicas', true],
  ['has(object.spec.paused)', false],
  ['has(object.spec.none)', true],
  ['object.spec.none == null', true],
  ['env.NONE == null', true],
  ['env.A != null && env.A in ["x", "y"]', true],
  ["'a.b/c' in object.metadata.annotations", true],
  ["object.metadata.annotations['a.b/c']", 'v'],
  ["object.metadata.name.startsWith('np') && object.metadata.name.endsWith('1')", true],
  ["object.metadata.name.matches('^np-[0-9]+$')", true],
  ["object.metadata.name.split('-').map(p, p.upperAscii()).join('+')", 'NP+1'],
  ["object.metadata.name.replace('np', 'x').substring(1)", '-1'],
  ['object.spec.names.distinct().sort()', ['a', 'b']],
  ['object.spec.names.filter(n, n == "b").size()', 2],
  ['object.spec.names.all(n, n.size() == 1) && object.spec.names.exists(n, n == "a")', true],
  ['[1, 2.5, object.spec.replicas].sum()', 5.5],
  ['[].sum()', 0],
  ['quantity(object.memory) >= quantity("8192Mi")', true],
  ['quantity("500m") + quantity(1)', 1.5],
  ["object.?spec.?paused.orValue('no')", 'no'],
  ["steps['find-it'].outputs.n + 1", 3],
  ["steps['pause.patch'].outputs.n + steps.pause.patch.outputs.n", 10],
  ["timestamp(run.startedAt) < timestamp('2027-01-01T00:00:00Z')", true],
  ['{"a": [1, "b", null]}', { a: [1, 'b', null] }],
  ['has(object.spec.ratio) ? object.spec.ratio : 1.0', 0.5],
];

describe('CEL', () => {
  it.each(table)('%s', (expression, value) => {
    expect(evaluate(expression)).toEqual(value);
  });

  it('waits for steps that have not ended, even where has() or || would give an answer', () => {
    expect(evaluate("true || steps['later'].outputs.x == 1")).toBe('waits for later');
    expect(evaluate("has(steps['later'].outputs.x)")).toBe('waits for later');
  });

  const refused: readonly (readonly [expression: string, said: string])[] = [
    ['object.spec.replica == 2', 'No such key: replica | Did you mean "replicas"?'],
    [
      'object.spec.pausedUntil == 2',
      '| Where it may be absent, ask first: has(object.spec.pausedUntil)',
    ],
    ['objct.spec == 1', 'Unknown variable: objct | Did you mean "object"?'],
    ['object.constructor == 1', 'No such key: constructor'],
    ['1 +', 'Unexpected token'],
    ['"a".matches("(")', 'is not a regular expression'],
    ['"a" > 1', 'no such overload'],
    ['quantity("8 gigs")', 'is not a Kubernetes quantity'],
    ['duration("1h")', '| Turn it into text or a number: string(…), int(…)'],
  ];
  it.each(refused)('refuses %s and says why', (expression, said) => {
    expect(refusal(expression)).toContain(said);
  });

  it('matches hostile patterns in linear time', () => {
    const text = 'a'.repeat(50_000);
    const result = evaluateExpression(
      'object.text.matches("^(a+)+$") && !object.text.matches("^(a|a)*b$")',
      scope,
      {
        object: { text },
      },
    );
    expect(result).toEqual({ known: true, value: true });
  });

  it('tells which steps a text refers to, and not the names that it binds itself', () => {
    expect(
      stepReferences(
        "[1].map(steps, steps + 1).size() + steps['a'].outputs.x + steps.b.c.outputs.y",
        'cel',
      ),
    ).toEqual(['a', 'b.c']);
    expect(
      stepReferences(
        { x: ['{{steps.a.outputs.f}}', '{{#each env.L as |steps|}}{{steps.z}}{{/each}}'] },
        'template',
      ),
    ).toEqual(['a']);
  });
});
