import { Type } from 'typebox';
import { memberParams } from './params.ts';

export const params = Type.Object(
  {
    ...memberParams,
    minHealthy: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('all')], {
        description: 'How many members must be healthy',
        default: 1,
      }),
    ),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  members: Type.Array(
    Type.Object({
      pod: Type.String(),
      healthy: Type.Boolean(),
      because: Type.Optional(Type.String({ description: 'Why it is not healthy' })),
      isLeader: Type.Optional(Type.Boolean()),
      revision: Type.Optional(Type.Integer()),
      dbSizeBytes: Type.Optional(Type.Integer()),
      version: Type.Optional(Type.String()),
    }),
  ),
  healthy: Type.Integer({ description: 'Members that are healthy' }),
  total: Type.Integer({ description: 'Members that were found' }),
  leader: Type.Union([Type.String(), Type.Null()], { description: 'Pod of the leader' }),
  revision: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The highest revision of a healthy member',
  }),
  version: Type.Union([Type.String(), Type.Null()], {
    description: 'The lowest etcd version of a healthy member',
  }),
});
