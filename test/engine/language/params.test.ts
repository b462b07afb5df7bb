import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/contracts/errors.ts';
import type { JsonObject } from '../../../src/engine/contracts/json.ts';
import { renderParams } from '../../../src/engine/language/render-params.ts';
import { renderTargets } from '../../../src/engine/language/render-targets.ts';
import { validateOutputs, validateParams } from '../../../src/engine/language/validate-params.ts';
import { header, load } from './load-helpers.ts';
import { testRegistry } from './test-registry.ts';

const find = testRegistry.get('test.find');
const change = testRegistry.get('test.change');
const scope = {
  env: { A: 'x', N: 2, NONE: null },
  vars: {},
  run: {},
  steps: { a: { outputs: {} } },
};

function refusal(run: () => unknown): Pick<DrctlError, 'code' | 'message' | 'hint'> | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof DrctlError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint };
  }
}

describe('parameters', () => {
  it('are rendered, but for those that are CEL', () => {
    const values = {
      target: 'source',
      name: 'n-{{env.A}}',
      where: 'object.a == "{{env.A}}"',
      values: { v: '"{{x}}"' },
    };
    expect(renderParams(find, values, scope)).toEqual({
      known: true,
      value: { ...values, name: 'n-x' },
    });
  });

  it('that are one template without a value are left out, and literal nulls are kept', () => {
    const values = { target: 'source', replicas: '{{env.NONE}}', patch: { spec: null } };
    expect(renderParams(change, values, scope)).toEqual({
      known: true,
      value: { target: 'source', patch: { spec: null } },
    });
  });

  it('wait for the steps of their templates and of their CEL', () => {
    expect(
      renderParams(
        find,
        {
          target: 'source',
          name: '{{steps.b.outputs.file}}',
          where: "steps['c'].outputs.file == steps.a.outputs.file",
        },
        scope,
      ),
    ).toEqual({
      known: false,
      plannable: false,
      shown: {
        target: 'source',
        name: '(known after b)',
        where: "steps['c'].outputs.file == steps.a.outputs.file",
      },
      waitsFor: ['b', 'c'],
    });
  });

  it('get their defaults, in a copy', () => {
    const given: JsonObject = { target: 'source' };
    expect(validateParams(change, given)).toEqual({ target: 'source', mode: 'merge' });
    expect(given).toEqual({ target: 'source' });
  });

  it('that do not fit are refused with every problem', () => {
    expect(refusal(() => validateParams(change, { replicas: -1, mode: 'merg', vaule: 1 }))).toEqual(
      {
        code: 'PARAMS_INVALID',
        message:
          'The parameters of test.change are invalid: the key "target" is missing; unknown key "vaule"; ' +
          '"replicas" must be >= 0, not -1; "mode" must be one of "merge", "json", not "merg"',
        hint: 'Did you mean "value"?',
      },
    );
  });
});

it('outputs that do not fit their schema are refused, so that no journal holds them', () => {
  expect(refusal(() => validateOutputs(find, { items: {} }))).toMatchObject({
    code: 'PARAMS_INVALID',
  });
});

describe('targets', () => {
  it('leave out settings whose env value was not given', async () => {
    const runbook = await load({
      'r.yaml': `${header.replace('region: "{{env.REGION}}"', 'region: r, profile: "{{env.REGION}}"')}phases: [ { id: p, steps: [ { id: a, action: test.find, with: { target: source } } ] } ]`,
    });
    const env = { CLUSTER: 'c', REGION: null };
    expect(renderTargets(runbook, { ...scope, env }).get('aws')).toEqual({
      type: 'aws',
      settings: { region: 'r' },
    });
  });

  it('without what they need are refused by name', async () => {
    const runbook = await load({
      'r.yaml': `${header}phases: [ { id: p, steps: [ { id: a, action: test.find, with: { target: source } } ] } ]`,
    });
    const env = { CLUSTER: 'c', REGION: null };
    expect(refusal(() => renderTargets(runbook, { ...scope, env }))).toMatchObject({
      code: 'TARGET_INVALID',
      message: 'Target "aws" has no region',
    });
  });
});
