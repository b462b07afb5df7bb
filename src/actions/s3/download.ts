import { Type } from 'typebox';
import { objectParams, sha256Param, versionParam } from './params.ts';

export const params = Type.Object(
  {
    ...objectParams,
    versionId: versionParam,
    to: Type.String({
      description: 'Name of the artifact to write',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9._/-]*$',
    }),
    sha256: Type.Optional(sha256Param('Expected hex SHA-256')),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  file: Type.String({ description: 'Name of the artifact' }),
  sizeBytes: Type.Integer(),
  sha256: Type.String(),
});
