import { Type } from 'typebox';

export const params = Type.Object(
  {
    file: Type.String({
      description: 'Artifact name, or a local path that starts with ./ ../ or /',
      minLength: 1,
    }),
    sha256: Type.Optional(
      Type.String({ description: 'Expected hex SHA-256', pattern: '^[0-9a-f]{64}$' }),
    ),
    sizeBytes: Type.Optional(Type.Integer({ description: 'Expected size', minimum: 0 })),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  file: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: Type.String(),
  integrity: Type.Literal('sha256-trailer'),
});
