import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/contracts/errors.ts';
import { evaluateExpression } from '../../../src/engine/language/evaluate.ts';
import { renderValue } from '../../../src/engine/language/render-value.ts';
import { header, load } from './load-helpers.ts';

const scope = {
  env: { A: 'x', L: [1, 'b', null] },
  vars: {},
  run: {},
  steps: { s: { outputs: null } },
};

/** What it threw; anything but a DrctlError ends the test. */
function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    if (error instanceof DrctlError) return error.code;
    throw error;
  }
}

const soup = (...words: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(''));

describe('whatever a person or a machine writes', () => {
  it('loading it ends in a runbook or a DrctlError', async () => {
    const yamlish = soup(
      'phases:',
      'steps: ',
      '- ',
      '\n',
      '  ',
      'id: a',
      '{',
      '}',
      '[',
      ']',
      '&x ',
      '*x',
      '<<: ',
      '"',
      "'",
      '{{env.A}}',
      'action: test.find',
      '!!',
      '? ',
      '|',
      '---',
      'with: ',
      'include: r.yaml',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      yamlish,
      yamlish.map((part) => header + part),
    );
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const outcome = await load({ 'r.yaml': given }).then(
          () => 'loaded',
          (error: unknown) =>
            error instanceof DrctlError ? error.code : Promise.reject(error as Error),
        );
        expect(['loaded', 'RUNBOOK_INVALID', 'RUNBOOK_VERSION']).toContain(outcome);
      }),
      { numRuns: 400 },
    );
  });

  it('mutating a valid runbook never crashes the loader', async () => {
    const valid = `${header}phases:\n  - id: one\n    steps:\n      - { id: a, action: test.find, when: "env.REGION != null", with: { target: source, values: { x: "object.y" } } }\n      - { include: r.yaml, as: q, with: { a: "{{vars.ns}}" } }\n`;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(valid.length),
        fc.nat(6),
        fc.string({ maxLength: 4 }),
        async (at, cut, put) => {
          const given = valid.slice(0, at) + put + valid.slice(at + cut);
          const outcome = await load({ 'r.yaml': given }).then(
            () => 'loaded',
            (error: unknown) =>
              error instanceof DrctlError ? error.code : Promise.reject(error as Error),
          );
          expect(['loaded', 'RUNBOOK_INVALID', 'RUNBOOK_VERSION']).toContain(outcome);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('rendering it ends in a value or VALUE_UNRESOLVED', () => {
    const templates = soup(
      '{{',
      '}}',
      '{{{',
      '}}}',
      'env.A',
      'env.L',
      '#each ',
      '/each',
      '#if ',
      '/if',
      'else',
      ' as |x|',
      'this',
      '@index',
      '../',
      '(',
      ')',
      '"',
      ' ',
      'default ',
      'json ',
      'steps.s.outputs',
      '~',
      '\n',
      '^',
      '>',
      '!',
      '\\',
      'constructor',
      '__proto__',
      '.',
      '[',
      ']',
    );
    fc.assert(
      fc.property(templates, (text) => {
        expect(['none', 'VALUE_UNRESOLVED']).toContain(codeOf(() => renderValue(text, scope)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('evaluating it ends in a value or VALUE_UNRESOLVED', () => {
    const expressions = soup(
      'env.A',
      'env',
      'env.L',
      'steps.s',
      '[',
      ']',
      '(',
      ')',
      '.map(x, x)',
      '.exists(i, i)',
      '.matches("(a+)+")',
      ' + ',
      ' == ',
      ' in ',
      '1',
      '2.5',
      '"a"',
      'null',
      '.',
      '?',
      ':',
      '!',
      '.sum()',
      '.sort()',
      'has(',
      'quantity(',
      '.split("")',
      ' && ',
      '{',
      '}',
      'type(1)',
      'timestamp(',
      'duration("1h")',
      '-',
      '%',
      'b"x"',
    );
    fc.assert(
      fc.property(expressions, (text) => {
        expect(['none', 'VALUE_UNRESOLVED']).toContain(
          codeOf(() => evaluateExpression(text, scope)),
        );
      }),
      { numRuns: 1_500 },
    );
  });

  it('text without {{ is rendered as it is, and never a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = `${text}{{env.A}}`;
        const given = { ...scope, env: { T: value } };
        expect(renderValue('{{env.T}}', given)).toEqual({ known: true, value });
        expect(renderValue('<{{env.T}}>', given)).toEqual({ known: true, value: `<${value}>` });
      }),
    );
  });
});
