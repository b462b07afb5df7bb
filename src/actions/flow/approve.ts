// flow.approve: a person says yes before the steps that need this one go on. It changes nothing; planning never asks.

import { Type } from 'typebox';
import { defineAction } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';

const params = Type.Object(
  {
    message: Type.String({ description: 'What the person is asked', minLength: 1 }),
    typed: Type.Optional(
      Type.String({ description: 'Text that must be typed to say yes', minLength: 1 }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  by: Type.String({ description: 'Who said yes' }),
  at: Type.String({ description: 'RFC 3339, UTC' }),
  how: Type.Enum(['prompt', 'flag', 'auto-approve']),
});

export const flowApprove = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'flow.approve',
  version: 1,
  effect: 'read',
  summary: 'Asks a person, and goes on only when they say yes',
  examples: [
    {
      id: 'confirm-teardown',
      action: 'flow.approve',
      with: { message: 'The destination serves. Tear down the source?', typed: 'prod' },
    },
  ],
  params,
  outputs,
  permissions: () => ({ carryOut: [] }),
  plan: (request) =>
    Promise.resolve({
      changes: [{ kind: 'none', because: `asks: ${request.message}` }],
    }),
  apply: async (request, ctx) => {
    const { by, at, how } = await ctx.waiting('a person to say yes', async () =>
      ctx.approve(request),
    );
    return { by, at, how };
  },
  // An answer that was not recorded was not given: the person is asked again.
  probe: () => Promise.resolve({ found: 'not-done' }),
  undo: { possible: false, because: 'changes nothing' },
});
