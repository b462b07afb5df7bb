// A few small actions for the language's tests: one of each effect, with one parameter of each kind.

import { Type } from 'typebox';
import { defineAction } from '../../../src/engine/contracts/action.ts';
import { defineReadAction } from '../../../src/engine/contracts/read-action.ts';
import type { Ports } from '../../../src/engine/contracts/action.ts';
import { createRegistry } from '../../../src/engine/contracts/registry.ts';
import { CelExpression, Duration, TargetName } from '../../../src/engine/contracts/schema-types.ts';

const strict = { additionalProperties: false } as const;
const outputs = Type.Object({
  items: Type.Array(Type.Unknown()),
  file: Type.String(),
});

const findParams = Type.Object(
  {
    target: TargetName('kubernetes'),
    name: Type.Optional(Type.String({ minLength: 1 })),
    where: Type.Optional(CelExpression({ description: 'Which' })),
    values: Type.Optional(Type.Record(Type.String(), CelExpression({ description: 'Computed' }))),
    within: Type.Optional(Duration({ description: 'How long' })),
  },
  strict,
);

const find = defineReadAction<Ports, typeof findParams, typeof outputs>({
  name: 'test.find',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Finds',
  examples: [],
  params: findParams,
  outputs,
  read: async () => ({ items: [], file: '' }),
});
const changeParams = Type.Object(
  {
    target: TargetName('kubernetes'),
    replicas: Type.Optional(Type.Integer({ minimum: 0 })),
    mode: Type.Optional(Type.Enum(['merge', 'json'], { default: 'merge' })),
    patch: Type.Optional(Type.Object({ spec: Type.Optional(Type.Unknown()) }, strict)),
    value: Type.Optional(Type.Union([Type.Integer(), Type.Boolean()])),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
);

const change = defineAction<Ports, typeof changeParams, typeof outputs>({
  name: 'test.change',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'change',
  summary: 'Changes',
  examples: [],
  params: changeParams,
  outputs,
  plan: async () => ({ changes: [] }),
  apply: async () => ({ items: [], file: '' }),
  probe: async () => ({ found: 'not-done' }),
  undo: { possible: true, run: async () => {} },
});

const uploadParams = Type.Object({ target: TargetName('aws'), from: Type.String() }, strict);

const upload = defineAction<Ports, typeof uploadParams, typeof outputs>({
  name: 'store.upload',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  effect: 'destroy',
  summary: 'Uploads',
  examples: [],
  params: uploadParams,
  outputs,
  plan: async () => ({ changes: [] }),
  apply: async () => ({ items: [], file: '' }),
  probe: async () => ({ found: 'not-done' }),
  undo: { possible: false, because: 'what was overwritten is gone' },
});

export const testActions = [find, change, upload];
export const testRegistry = createRegistry<Ports>(testActions);
