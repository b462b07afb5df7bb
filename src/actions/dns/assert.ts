import { Type } from 'typebox';
import { zoneParams } from './params.ts';

export const params = Type.Object(
  {
    ...zoneParams,
    covers: Type.Optional(
      Type.Array(Type.String(), { description: 'Names that must lie in the zone' }),
    ),
    private: Type.Optional(
      Type.Boolean({ description: 'The zone must be private, or must not be' }),
    ),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  zone: Type.String(),
  name: Type.String({ description: 'The zone’s domain, without the final dot' }),
  private: Type.Boolean(),
});
