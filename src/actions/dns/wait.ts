import { Type } from 'typebox';
import { Duration } from '../../engine/index.ts';
import { namingParams, zoneParams } from './params.ts';

export const params = Type.Object(
  {
    ...zoneParams,
    names: Type.Array(Type.String(), { description: 'Hostnames', minItems: 1 }),
    until: Type.Enum(['absent', 'present', 'value'], {
      description: 'No address record is left; every name has one; every name has this value',
    }),
    owners: Type.Optional(
      Type.Boolean({
        description:
          'Count the TXT ownership records of the names too; default true for absent, else false',
      }),
    ),
    owner: Type.Optional(
      Type.String({
        description:
          'external-dns --txt-owner-id: absent counts only what it owns, present and value want it as the owner',
      }),
    ),
    values: Type.Optional(
      Type.Array(Type.String(), { description: 'For value: the record’s values, in any order' }),
    ),
    aliasName: Type.Optional(Type.String({ description: 'For value: the alias target' })),
    changeId: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'First wait until this change is INSYNC',
      }),
    ),
    interval: Type.Optional(
      Duration({ description: 'Time between two looks at the zone', default: '10s' }),
    ),
    ...namingParams,
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  records: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      values: Type.Array(Type.String()),
      aliasName: Type.Optional(Type.String()),
    }),
    { description: 'The address records of the names, as they were last seen' },
  ),
});
