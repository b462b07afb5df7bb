import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtinActions } from '../../../src/actions/index.ts';
import type { Json, JsonObject } from '../../../src/engine/contracts/json.ts';
import { createRegistry } from '../../../src/engine/contracts/registry.ts';
import { runbookSchema } from '../../../src/engine/language/runbook-schema.ts';
import { header } from './load-helpers.ts';
import { testRegistry } from './test-registry.ts';

const file = new URL('../../../schemas/runbook.v1.schema.json', import.meta.url);

function validator(schema: JsonObject): (value: Json) => boolean {
  // Keywords that JSON Schema does not know (x-drctl) are annotations to it.
  return new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
}

const step = (text: string): Json =>
  parse(`${header}phases: [ { id: p, steps: [ ${text} ] } ]`) as Json;

const check = (action: string): Json =>
  parse(
    `${header}preconditions: [ { id: c, action: ${action}, with: { target: source } } ]\nphases: [ { id: p, steps: [ { include: a.yaml } ] } ]`,
  ) as Json;

describe('the published schema', () => {
  it('is what the registry gives; UPDATE_SCHEMAS=1 writes it anew', () => {
    const schema = runbookSchema(createRegistry(builtinActions));
    if (process.env['UPDATE_SCHEMAS'] === '1') {
      writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
    }
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schema);
  });

  it('accepts the shipped runbook', () => {
    const runbook = parse(
      readFileSync(new URL('../../../runbooks/aws-same-region.yaml', import.meta.url), 'utf8'),
    ) as Json;
    expect(validator(runbookSchema(createRegistry(builtinActions)))(runbook)).toBe(true);
  });

  const validate = validator(runbookSchema(testRegistry));

  it.each([
    '{ id: a, action: test.change, with: { target: source, replicas: 2 } }',
    '{ id: a, action: test.change, with: { target: source, replicas: "{{env.REGION}}", patch: "{{vars.ns}}" } }',
    '{ include: a.yaml, as: x, with: { y: 1 } }',
  ])('accepts %s', (text) => {
    expect(validate(step(text))).toBe(true);
  });

  it.each([
    '{ id: a, action: test.chnage, with: { target: source } }',
    '{ id: a, action: test.change }',
    '{ id: a, action: test.change, with: { target: source, replicas: two } }',
    '{ id: a, action: test.change, with: { target: source, replica: 2 } }',
    '{ id: a, action: test.change, timeout: 5 minutes, with: { target: source } }',
    '{ include: a.yaml, id: x }',
  ])('refuses %s', (text) => {
    expect(validate(step(text))).toBe(false);
  });

  it('lists only reading actions for checks', () => {
    expect([validate(check('test.find')), validate(check('test.change'))]).toEqual([true, false]);
  });
});
