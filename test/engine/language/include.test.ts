import { describe, expect, it } from 'vitest';
import { evaluateExpression } from '../../../src/engine/language/evaluate.ts';
import { renderVars } from '../../../src/engine/language/render-vars.ts';
import { renderValue } from '../../../src/engine/language/render-value.ts';
import { header, lines, load, problemsOf } from './load-helpers.ts';

const steps = (body: string, params = ''): string =>
  `apiVersion: drctl.dev/v1\nkind: Steps\n${params}steps:\n${body}`;

const pause = steps(
  `  - { id: find, action: test.find, with: { target: "{{params.side}}", where: "object.ns == params.ns" } }
  - id: patch
    forEach: steps.find.outputs.items
    when: "item.x == params.ns && steps['find'].outputs.file != ''"
    action: test.change
    with: { target: "{{params.side}}", replicas: "{{params.count}}", labels: { a: "{{params.ns}}/{{steps.find.outputs.file}}" } }
`,
  'params: { side: { required: true }, ns: { required: true }, count: { default: 2 } }\n',
);

const runbook = (include: string): string => `${header}phases:
  - id: one
    steps:
      - { id: first, action: test.find, with: { target: source } }
      - ${include}
  - id: two
    steps:
      - { id: last, action: test.find, with: { target: source, where: "steps.pause.patch.outputs.items == [] && steps['pause.find'].outputs.file == ''" } }
`;

const included =
  '{ include: common/pause.yaml, needs: [first], with: { side: source, ns: "{{vars.ns}}" } }';

describe('an include', () => {
  it('splices the steps of its file under a prefix, with their own references', async () => {
    const { phases, vars, sources } = await load({
      'r.yaml': runbook(included),
      'common/pause.yaml': pause,
    });
    const all = phases.flatMap((phase) => phase.steps);
    expect(all.map(({ id, needs }) => [id, needs])).toEqual([
      ['first', []],
      ['pause.find', ['first']],
      ['pause.patch', ['first', 'pause.find']],
      ['last', ['pause.patch', 'pause.find']],
    ]);
    expect(all[2]).toMatchObject({
      forEach: 'steps["pause.find"].outputs.items',
      when: `item.x == vars["pause.ns"] && steps["pause.find"].outputs.file != ''`,
      with: {
        target: 'source',
        replicas: 2,
        labels: { a: '{{vars.[pause.ns]}}/{{steps.[pause.find].outputs.file}}' },
      },
      at: { file: 'common/pause.yaml' },
    });
    expect([...vars]).toContainEqual(['pause.ns', '{{vars.ns}}']);
    expect(sources.map(({ path }) => path)).toEqual(['r.yaml', 'common/pause.yaml']);
  });

  it('gives its params to templates and expressions alike', async () => {
    const loaded = await load({ 'r.yaml': runbook(included), 'common/pause.yaml': pause });
    const [, find, patch] = loaded.phases.flatMap((phase) => phase.steps);
    const env = [
      { name: 'CLUSTER', value: 'c', sensitive: false, origin: { from: 'set' } },
    ] as const;
    const scope = {
      env: {},
      vars: renderVars(loaded, env, {}),
      run: {},
      steps: { 'pause.find': { outputs: { file: 'f', items: [] } } },
      item: { x: 'x-c' },
    };
    expect(evaluateExpression(patch?.when ?? '', scope)).toEqual({ known: true, value: true });
    expect(renderValue(patch?.with['labels'] ?? null, scope)).toEqual({
      known: true,
      value: { a: 'x-c/f' },
    });
    expect(
      evaluateExpression(find?.with['where'] as string, scope, { object: { ns: 'x-c' } }),
    ).toEqual({ known: true, value: true });
  });

  it('may include further, each prefix before the other', async () => {
    const outer = steps(
      '  - { include: inner.yaml }\n  - { id: b, action: test.find, with: { target: source, where: "steps.inner.a.outputs.file == 1" } }\n',
    );
    const inner = steps('  - { id: a, action: test.find, with: { target: source } }\n');
    const { phases } = await load({
      'r.yaml': `${header}phases: [ { id: one, steps: [ { include: lib/outer.yaml, as: o } ] } ]`,
      'lib/outer.yaml': outer,
      'lib/inner.yaml': inner,
    });
    expect(phases[0]?.steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['o.inner.a', []],
      ['o.b', ['o.inner.a']],
    ]);
  });

  const bad: readonly (readonly [rule: string, include: string, file: string, problem: string])[] =
    [
      [
        'a file that is not there',
        '{ include: nope.yaml }',
        pause,
        'r.yaml:13:20 The included file cannot be read: nope.yaml does not exist',
      ],
      [
        'a runbook',
        '{ include: r2.yaml }',
        pause,
        'r2.yaml is a runbook; only files of kind Steps can be included',
      ],
      [
        'a param that is missing',
        '{ include: common/pause.yaml, with: { side: source } }',
        pause,
        'The param "ns" of the included file is missing',
      ],
      [
        'a param that is unknown',
        included.replace('ns:', 'nss:'),
        pause,
        'The included file has no param "nss" | Did you mean "ns"?',
      ],
      [
        'a target of another type by a param',
        included.replace('side: source', 'side: aws'),
        pause,
        'common/pause.yaml:5:52 Target "aws" is of type aws',
      ],
      [
        'a prefix used twice',
        `${included}\n      - ${included}`,
        pause,
        'Another include has the prefix "pause"',
      ],
      [
        'an unknown param in the file',
        included,
        pause.replace('params.ns }', 'params.nss }').replace('{{params.ns}}/', '{{params.nss}}/'),
        'common/pause.yaml:10:86 "params.nss": params has no "nss" | Did you mean "params.ns"?',
      ],
      [
        'a step of the runbook in the file',
        included,
        pause.replace("steps['find']", "steps['first']"),
        'the included file has no step "first"',
      ],
      [
        'a param about a step',
        included.replace('{{vars.ns}}', '{{steps.first.outputs.file}}'),
        pause,
        'step outputs cannot be used here',
      ],
      [
        'a need that is unknown',
        included.replace('needs: [first]', 'needs: [frist]'),
        pause,
        'The include needs "frist": the runbook has no step "frist"',
      ],
      [
        'an unknown key in the file',
        included,
        pause.replace('forEach:', 'forEech:'),
        'common/pause.yaml:7:5 unknown key "forEech" in "steps[1]" | Did you mean "forEach"?',
      ],
    ];
  it.each(bad)('of %s is a problem at its place', async (_rule, include, file, problem) => {
    const problems = await problemsOf({
      'r.yaml': runbook(include),
      'r2.yaml': runbook(included),
      'common/pause.yaml': file,
    });
    expect(lines(problems).join('\n')).toContain(problem);
  });

  it('that comes back to itself is an error with the path', async () => {
    const problems = await problemsOf({
      'r.yaml': `${header}phases: [ { id: one, steps: [ { include: a.yaml } ] } ]`,
      'a.yaml': steps('  - { include: b.yaml }\n'),
      'b.yaml': steps('  - { include: a.yaml }\n'),
    });
    expect(lines(problems)).toContain(
      'b.yaml:4:16 Files include each other: r.yaml → a.yaml → b.yaml → a.yaml',
    );
  });
});
