// flow.values: names values for later steps, so that these need not know where they come from. With `that` it is also the
// place to say what must be true of them.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CelExpression, DrctlError, defineReadAction } from '../../engine/index.ts';
import type { Json, ReadContext } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';

const params = Type.Object(
  {
    values: Type.Record(
      Type.String(),
      CelExpression({ description: 'Over env, vars, run, steps and item' }),
      { description: 'Named values' },
    ),
    that: Type.Optional(CelExpression({ description: 'Must be true; evaluated first' })),
    message: Type.Optional(
      Type.String({ description: 'What to tell the person when it is not', minLength: 1 }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  values: Type.Record(
    Type.String(),
    Type.Unsafe<Json>({ description: 'The value of the expression' }),
  ),
});

export const flowValues = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'flow.values',
  version: 1,
  summary: 'Names values for later steps, and fails unless they are as they must be',
  examples: [
    {
      id: 'known',
      action: 'flow.values',
      with: {
        values: {
          hostnames:
            "steps['find-backup'].outputs == null ? steps['hosted-cluster'].outputs.values.hostnames : steps['find-backup'].outputs.facts.hostnames",
        },
      },
    },
  ],
  params,
  outputs,
  permissions: () => ({ carryOut: [] }),
  read,
});

// eslint-disable-next-line typescript/require-await -- the contract is asynchronous
async function read(
  { values, that, message }: Static<typeof params>,
  ctx: ReadContext<DrPorts>,
): Promise<Static<typeof outputs>> {
  if (that !== undefined && ctx.evaluate(that, {}) !== true) {
    throw new DrctlError('ASSERTION_FAILED', message ?? `This is not true: ${that}`);
  }
  return {
    values: Object.fromEntries(
      Object.entries(values).map(([name, expression]) => [name, ctx.evaluate(expression, {})]),
    ),
  };
}
