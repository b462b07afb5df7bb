import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/contracts/errors.ts';
import type { Json } from '../../../src/engine/contracts/json.ts';
import { renderValue } from '../../../src/engine/language/render-value.ts';

const scope = {
  env: { A: 'x', N: 2, NONE: null, LIST: ['a', 'b'], OFF: false, HTML: '<&">' },
  vars: { ns: 'x-ns' },
  run: { id: '20261122-031502-test-k3f9' },
  steps: {
    'find-it': { outputs: { items: [{ metadata: { name: 'n1' } }], file: 'etcd.db' } },
    skipped: { outputs: null },
    'pause.patch': { outputs: { file: 'p' } },
  },
  item: { metadata: { name: 'i1' } },
};

const rendered: readonly (readonly [rule: string, template: Json, value: Json])[] = [
  ['keeps the type of one whole expression', '{{env.N}}', 2],
  ['keeps a list', '{{env.LIST}}', ['a', 'b']],
  ['makes text of anything in a longer string', 'n-{{env.N}}', 'n-2'],
  ['gives null for a value that was not given', '{{env.NONE}}', null],
  ['does not escape', '{{env.HTML}}{{{env.HTML}}}', '<&"><&">'],
  [
    'reaches ids with dashes and list items',
    '{{steps.find-it.outputs.items.[0].metadata.name}}',
    'n1',
  ],
  ['reaches included steps', '{{steps.pause.patch.outputs.file}}', 'p'],
  ['reaches included steps in brackets', '{{steps.[pause.patch].outputs.file}}', 'p'],
  ['knows the item', '{{item.metadata.name}}', 'i1'],
  [
    'renders inside structures',
    { a: ['{{env.A}}', { b: '{{env.N}}' }], c: null },
    { a: ['x', { b: 2 }], c: null },
  ],
  ['leaves keys alone', { '{{env.A}}': 1 }, { '{{env.A}}': 1 }],
  ['keeps an escaped template', '\\{{env.A}}', '{{env.A}}'],
  ['takes the fallback for an absent value', 'b-{{default env.NONE "z"}}', 'b-z'],
  ['takes the fallback for a skipped step', '{{default steps.skipped.outputs.file "z"}}', 'z'],
  ['keeps false against a fallback', '{{default env.OFF true}}', false],
  ['joins', '{{join env.LIST "+"}}', 'a+b'],
  ['replaces plain text', '{{replace "a.b.c" "." "$&"}}', 'a$&b$&c'],
  ['writes JSON', '{{json env.LIST}}', '["a","b"]'],
  ['encodes base64', '{{base64 "ä"}}', 'w6Q='],
  ['changes case, nested', '{{upper (lower "Ab")}}', 'AB'],
  ['gives the last part of a path', '{{basename "/a/b.txt"}}', 'b.txt'],
  ['takes the time from the run', '{{now}}', '2026-11-22T03:15:02Z'],
  ['tells if from else', '{{#if env.OFF}}a{{else if env.N}}b{{else}}c{{/if}}', 'b'],
  ['tells unless', '{{#unless env.NONE}}a{{/unless}}', 'a'],
  [
    'repeats',
    '{{#each env.LIST as |l n|}}{{n}}{{l}}{{#unless @last}},{{/unless}}{{/each}}',
    '0a,1b',
  ],
  [
    'sees item and everything in a block',
    '{{#each steps.find-it.outputs.items}}{{metadata.name}}{{env.A}}{{/each}}',
    'n1x',
  ],
  ['has an else for nothing to repeat', '{{#each env.NONE}}a{{else}}b{{/each}}', 'b'],
];

const refused: readonly (readonly [rule: string, template: string, said: string])[] = [
  ['an unknown name', '{{env.AA}}', 'env has no "AA" (in "{{env.AA}}") | Did you mean "A"?'],
  ['an unknown root', '{{evn.A}}', 'there is no "evn" (in "{{evn.A}}") | Did you mean "env"?'],
  ['the prototype', '{{env.constructor}}', 'env has no "constructor"'],
  ['the prototype of a value', '{{env.A.length}}', 'env.A has no "length"'],
  ['__proto__', '{{env.__proto__}}', 'env has no "__proto__"'],
  [
    'nothing inside longer text',
    'a-{{env.NONE}}',
    '| Give it one, or write {{default env.NONE "…"}}',
  ],
  ['a list inside longer text', 'a-{{env.LIST}}', 'A list or an object cannot be used as text'],
  ['outputs of a skipped step', '{{steps.skipped.outputs.file}}', 'step "skipped" was skipped'],
  ['the names of a block outside it', '{{#each env.LIST as |l|}}{{/each}}{{l}}', 'there is no "l"'],
  ['a path upwards', '{{#each env.LIST}}{{../env.A}}{{/each}}', '"../" is not needed'],
];

/** What it was refused with: message and hint. */
function refusal(template: string): string {
  try {
    renderValue(template, scope);
    return 'not refused';
  } catch (error) {
    return error instanceof DrctlError && error.code === 'VALUE_UNRESOLVED'
      ? `${error.message} | ${error.hint ?? ''}`
      : String(error);
  }
}

describe('a template', () => {
  it.each(rendered)('%s', (_rule, template, value) => {
    expect(renderValue(template, scope)).toEqual({ known: true, value });
  });

  it.each(refused)('refuses %s', (_rule, template, said) => {
    expect(refusal(template)).toContain(said);
  });

  it('shows what is known only after steps that have not ended', () => {
    expect(
      renderValue(
        {
          a: '{{steps.s1.outputs.f}}',
          b: 'x/{{upper steps.p.s2.outputs.f}}/{{env.A}}',
          c: '{{env.N}}',
        },
        scope,
      ),
    ).toEqual({
      known: false,
      shown: { a: '(known after s1)', b: 'x/(known after p.s2)/x', c: 2 },
      waitsFor: ['s1', 'p.s2'],
    });
  });

  it('cannot run without end', () => {
    const list = Array.from({ length: 200 }, () => 0);
    const nested = '{{#each env.L}}'.repeat(6) + '{{/each}}'.repeat(6);
    expect(() => renderValue(nested, { ...scope, env: { L: list } })).toThrowError(
      /takes more than/,
    );
  });
});
