import { Type } from 'typebox';
import { namingParams, zoneParams } from './params.ts';

export const params = Type.Object(
  {
    ...zoneParams,
    changes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            action: Type.Enum(['UPSERT', 'DELETE']),
            name: Type.String({ minLength: 1 }),
            type: Type.String({ description: 'A, AAAA, CNAME, TXT, …', pattern: '^[A-Z]+$' }),
            ttl: Type.Optional(Type.Integer({ description: 'Seconds', minimum: 0, default: 300 })),
            values: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
            alias: Type.Optional(
              Type.Object(
                {
                  zoneId: Type.String({ description: 'Hosted zone id of the alias target' }),
                  name: Type.String(),
                  evaluateTargetHealth: Type.Optional(Type.Boolean({ default: false })),
                },
                { additionalProperties: false },
              ),
            ),
          },
          { additionalProperties: false },
        ),
        { description: 'Record sets to write or delete; UPSERT needs values or alias' },
      ),
    ),
    release: Type.Optional(
      Type.Object(
        {
          hostnames: Type.Array(Type.String(), { description: 'Whose records shall go' }),
          owner: Type.String({
            description: 'Only what external-dns with this --txt-owner-id owns',
            minLength: 1,
          }),
          ...namingParams,
        },
        {
          additionalProperties: false,
          description:
            'Delete the address records of these hostnames that this owner holds, and its ownership records',
        },
      ),
    ),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  changeId: Type.Union([Type.String(), Type.Null()], {
    description: 'null: nothing had to be changed',
  }),
  changes: Type.Array(
    Type.Object({ action: Type.String(), name: Type.String(), type: Type.String() }),
  ),
});
