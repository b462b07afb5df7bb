// One runbook for each thing that the loader must report: the rule, the text, and a part of what is said about it.

import { header } from './load-helpers.ts';

export const step = (fields: string): string => `${header}phases:
  - id: one
    steps:
      - { id: a, action: test.find, with: { target: source } }
      - { id: b, action: test.change, with: { target: source }, ${fields} }
  - id: two
    steps: [ { id: z, action: test.find, with: { target: source } } ]
`;
export const withParams = (params: string, action = 'test.change'): string => `${header}phases:
  - id: one
    steps:
      - { id: a, action: test.find, with: { target: source } }
      - id: b
        action: ${action}
        with: { ${params} }
`;
export const onlyPhases = `phases: [ { id: one, steps: [ { id: a, action: test.find, with: { target: source } } ] } ]\n`;

export const problemTable: readonly (readonly [rule: string, text: string, problem: string])[] = [
  [
    'an unknown key',
    step('tmieout: 1m'),
    'unknown key "tmieout" in "phases[0].steps[1]" | Did you mean "timeout"?',
  ],
  [
    'an unknown key at the top',
    `${header}${onlyPhases}phasess: 1\n`,
    'unknown key "phasess" | Did you mean "phases"?',
  ],
  [
    'a precondition that needs one that is not above it',
    `${header}preconditions: [ { id: first, action: test.find, with: { target: source }, needs: [frist] } ]\n${onlyPhases}`,
    'needs "frist": there is no such precondition above this one',
  ],
  [
    'a precondition that needs a warning',
    `${header}preconditions: [ { id: hint, severity: warning, action: test.find, with: { target: source } }, { id: next, action: test.find, with: { target: source }, needs: [hint] } ]\n${onlyPhases}`,
    'needs "hint": it is only a warning, so the run would begin without this one',
  ],
  ['words for no condition', step('whenNot: never'), 'there is no "when"'],
  ['a wrong type', step('deferUndo: maybe'), 'must be a boolean, not "maybe"'],
  ['a missing key', header, 'the key "phases" is missing'],
  [
    'an empty phase',
    `${header}phases: [ { id: one, steps: [] } ]`,
    '"phases[0].steps" must not be empty',
  ],
  ['no phases', `${header}phases: []`, '"phases" must not be empty'],
  [
    'an unknown action',
    withParams('target: source', 'test.chnage'),
    'No action is named "test.chnage" | Did you mean "test.change"?',
  ],
  [
    'an unknown target',
    withParams('target: sorce'),
    'No target is named "sorce" | Did you mean "source"?',
  ],
  [
    'a target of another type',
    withParams('target: aws'),
    'Target "aws" is of type aws; the action needs one of type kubernetes | Targets of type kubernetes: source',
  ],
  [
    'an id used twice',
    step('when: "true"').replace('id: z', 'id: a'),
    'Two steps have the id "a" | The other one is at r.yaml:12',
  ],
  [
    'an unknown parameter',
    withParams('target: source, replica: 1'),
    'test.change: unknown key "replica" | Did you mean "replicas"?',
  ],
  ['a missing parameter', withParams('replicas: 1'), 'test.change: the key "target" is missing'],
  [
    'a parameter of a wrong type',
    withParams('target: source, replicas: two'),
    'test.change: "replicas" must be an integer, not "two"',
  ],
  [
    'a parameter outside an enum',
    withParams('target: source, mode: merg'),
    '"mode" must be one of "merge", "json", not "merg" | Did you mean "merge"?',
  ],
  [
    'a union that fits no branch',
    withParams('target: source, value: [1]'),
    '"value" has none of the allowed forms: [1] | Allowed: integer, boolean',
  ],
  [
    'a nested unknown key',
    withParams('target: source, patch: { spce: 1 }'),
    'unknown key "spce" in "patch" | Did you mean "spec"?',
  ],
  [
    'a template in a key',
    withParams('target: source, labels: { "{{env.CLUSTER}}": x }'),
    'is a template; keys are not rendered',
  ],
  [
    'an unquoted template',
    withParams('target: source').replace('target: source }', 'target: {{env.X}} }'),
    'A key must be text | A value that begins with {{ needs quotes',
  ],
  [
    'an unknown env in a template',
    withParams('target: source, labels: { a: "x-{{env.CLUSTR}}" }'),
    '"env.CLUSTR": env has no "CLUSTR" | Did you mean "env.CLUSTER"?',
  ],
  [
    'a bare name',
    withParams('target: source, labels: { a: "{{CLUSTER}}" }'),
    '"CLUSTER": there is no "CLUSTER" | Did you mean "env.CLUSTER"?',
  ],
  [
    'an unknown var in CEL',
    step('when: "vars.nss == 1"'),
    '"vars.nss": vars has no "nss" | Did you mean "vars.ns"?',
  ],
  [
    'an unknown step in a template',
    withParams('target: source, labels: { a: "{{steps.aa.outputs.file}}" }'),
    'the runbook has no step "aa" | Did you mean "a"?',
  ],
  [
    'an unknown step in CEL',
    step(`when: "steps['aa'].outputs.file == ''"`),
    'the runbook has no step "aa" | Did you mean "a"?',
  ],
  [
    'an unknown output',
    step('when: "steps.a.outputs.flie == \'\'"'),
    'step "a" has no output "flie" | Did you mean "file"?',
  ],
  [
    'something else than outputs',
    step('when: "steps.a.status == 1"'),
    'a step has only outputs, not "status" | Write steps.a.outputs',
  ],
  [
    'a computed step name',
    step('forEach: "[1]", when: "steps[item].outputs.file == 1"'),
    'name the step: steps.<id>.outputs',
  ],
  [
    'a step with a dash without brackets',
    step('when: "steps.a-b.outputs.file == 1"').replace('id: a,', 'id: a-b,'),
    "in CEL a name with a dash needs brackets | Write steps['a-b'].outputs",
  ],
  [
    'a template where CEL is expected',
    step('when: "{{env.CLUSTER}}"'),
    'Conditions are CEL: write names as they are, without {{ and }}',
  ],
  ['item without forEach', step('when: "item == 1"'), '"item" exists only in a step with forEach'],
  [
    'key without forEach',
    step('key: "1"'),
    '"key" names the instances of forEach, which this step does not have',
  ],
  ['object outside an action', step('when: "object.a == 1"'), 'there is no "object"'],
  [
    'an unknown helper',
    withParams('target: source, labels: { a: "{{uper env.CLUSTER}}" }'),
    'there is no helper "uper" | Did you mean "upper"?',
  ],
  [
    'a helper with too few values',
    withParams('target: source, labels: { a: "{{default env.CLUSTER}}" }'),
    'use it as {{default value fallback}}',
  ],
  [
    'an unclosed template',
    withParams('target: source, labels: { a: "{{env.CLUSTER" }'),
    'the expression between {{ and }} cannot be read',
  ],
  [
    'a partial',
    withParams('target: source, labels: { a: "{{> x}}" }'),
    'partials and decorators are not part of the language',
  ],
  ['invalid CEL', step('when: "1 +"'), 'The expression "1 +" is invalid'],
  [
    'an unknown CEL function',
    step('when: "env.CLUSTER.startWith(1, 2, 3)"'),
    'is invalid: found no matching overload',
  ],
  [
    'a CEL parameter with an unknown name',
    withParams('target: source, where: "objct.x == 1"', 'test.find'),
    'there is no "objct" | Did you mean "object"?',
  ],
  [
    'a need of an unknown step',
    step('needs: [aa]'),
    'needs "aa": the runbook has no step "aa" | Did you mean "a"?',
  ],
  ['a need of a later phase', step('needs: [z]'), 'needs "z": step "z" runs later, in phase "two"'],
  [
    'outputs of a later phase',
    step('when: "steps.z.outputs.file == \'\'"'),
    '"steps.z.outputs.file": step "z" runs later, in phase "two"',
  ],
  [
    'its own outputs',
    step('when: "steps.b.outputs.file == \'\'"'),
    'a step cannot use its own outputs',
  ],
  [
    'a cycle',
    step('needs: [c]').replace(
      '  - id: two',
      '      - { id: c, action: test.find, needs: [d], with: { target: source } }\n      - { id: d, action: test.find, needs: [b], with: { target: source } }\n  - id: two',
    ),
    'Steps wait for each other: b → c → d → b',
  ],
  [
    'a bad duration',
    step('timeout: 5 minutes'),
    'is not a duration: "5 minutes" | Write a number and a unit, for example 90s, 5m or 1h30m',
  ],
  [
    'an undo that is impossible and deferred',
    withParams('target: aws, from: x', 'store.upload').replace(
      '        with',
      '        deferUndo: true\n        with',
    ),
    'store.upload cannot be undone (what was overwritten is gone), so its undo cannot be deferred',
  ],
  [
    'a rollback of an unknown step',
    `${header}${onlyPhases}rollback: { b: [ { action: test.change, with: { target: source } } ] }\n`,
    'the runbook has no step "b" | Did you mean "a"?',
  ],
  [
    'a precondition that changes something',
    `${header}${onlyPhases}preconditions: [ { id: p, action: test.change, with: { target: source } } ]\n`,
    'test.change changes something; a check can only read',
  ],
  [
    'a remedy with an unknown name',
    `${header}${onlyPhases}preconditions: [ { id: p, action: test.find, remedy: "run {{env.NAEM}}", with: { target: source } } ]\n`,
    'env has no "NAEM"',
  ],
  [
    'a precondition about outputs',
    `${header}${onlyPhases}preconditions: [ { id: p, action: test.find, message: "{{steps.a.outputs.file}}", with: { target: source } } ]\n`,
    'a precondition is evaluated before any step',
  ],
  [
    'vars that refer to each other',
    header.replace('vars: { ns: "x-', 'vars: { m: "{{vars.ns}}", ns: "{{vars.m}}x-') + onlyPhases,
    'Vars refer to each other: m → ns → m',
  ],
  [
    'a var about a step',
    header.replace('ns: "x-', 'ns: "{{steps.a.outputs.file}}x-') + onlyPhases,
    'step outputs cannot be used here',
  ],
  [
    'an invalid pattern',
    header.replace('required: true', 'pattern: "("') + onlyPhases,
    '"(" is not a regular expression',
  ],
  [
    'a default of another type',
    header.replace('REGION: {}', 'REGION: { type: integer, default: x }') + onlyPhases,
    'The default of REGION is no integer: "x"',
  ],
  [
    'a default outside its enum',
    header.replace('REGION: {}', 'REGION: { enum: [a, b], default: x }') + onlyPhases,
    'The default of REGION is not in its enum: "x"',
  ],
  [
    'a setting of another target type',
    header.replace('region: "{{env.REGION}}"', 'regoin: x') + onlyPhases,
    'unknown key "regoin"',
  ],
  [
    'a lock on a target that is no cluster',
    `${header}${onlyPhases}locks: [ { target: aws, namespace: a, name: b } ]\n`,
    'Target "aws" is of type aws',
  ],
  [
    'a bad version of the runbook',
    header.replace('1.0.0', 'one') + onlyPhases,
    '"metadata.version" does not match',
  ],
  ['a key given twice', `${header}${onlyPhases}vars: {}\n`, 'The key is given twice'],
  ['broken YAML', `${header}phases: [`, 'YAML: '],
  ['a second document', `${header}${onlyPhases}---\na: 1\n`, 'A file holds one document'],
  ['a title with a template', step('title: "of {{env.CLUSTER}}"'), 'A title is plain text'],
];
