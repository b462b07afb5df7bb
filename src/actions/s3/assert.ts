import { Type } from 'typebox';
import { TargetName } from '../../engine/index.ts';
import { bucketParam, sha256Param, versionParam } from './params.ts';

export const params = Type.Object(
  {
    target: TargetName('aws'),
    bucket: bucketParam,
    region: Type.Optional(Type.String({ description: 'The bucket must be in this region' })),
    writable: Type.Optional(
      Type.Boolean({
        description: 'We must be allowed to write; asked by a write that cannot succeed',
      }),
    ),
    notPublic: Type.Optional(
      Type.Boolean({ description: 'The bucket must not be readable by everyone' }),
    ),
    versioned: Type.Optional(
      Type.Boolean({ description: 'The bucket must be versioned, or must not be' }),
    ),
    differsFrom: Type.Optional(
      Type.Array(Type.String(), { description: 'Names that the bucket must not have' }),
    ),
    key: Type.Optional(
      Type.String({ description: 'An object to look at', minLength: 1, maxLength: 1024 }),
    ),
    versionId: versionParam,
    exists: Type.Optional(
      Type.Boolean({ description: 'The object must exist, or must not', default: true }),
    ),
    sizeBytes: Type.Optional(
      Type.Integer({ description: 'The object must have this size', minimum: 0 }),
    ),
    sha256: Type.Optional(sha256Param('The object must have this hex SHA-256')),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  bucket: Type.String(),
  region: Type.String(),
  versioned: Type.Boolean(),
  public: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'null: we may not ask',
  }),
  encryption: Type.Union([Type.String(), Type.Null()]),
  object: Type.Union([
    Type.Null(),
    Type.Object({
      key: Type.String(),
      versionId: Type.Optional(Type.String()),
      sizeBytes: Type.Integer(),
      etag: Type.String(),
      sha256: Type.Optional(Type.String()),
    }),
  ]),
});
