import { Type } from 'typebox';
import { objectParams, sha256Param } from './params.ts';

export const params = Type.Object(
  {
    ...objectParams,
    from: Type.String({
      description: 'Artifact name, or a local path that starts with ./ ../ or /',
      minLength: 1,
    }),
    encryption: Type.Optional(
      Type.Enum(['AES256', 'aws:kms', 'none'], {
        description: 'Encryption at rest that is asked for; none leaves it to the bucket',
        default: 'AES256',
      }),
    ),
    kmsKeyId: Type.Optional(Type.String({ description: 'Key for aws:kms' })),
    sha256: Type.Optional(sha256Param('Expected hex SHA-256 of the file')),
    partSize: Type.Optional(
      Type.String({
        description: 'Size of a part of a multipart upload, 5Mi to 5Gi',
        pattern: '^[0-9]+(Mi|Gi)$',
        default: '8Mi',
      }),
    ),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  bucket: Type.String(),
  key: Type.String(),
  versionId: Type.Optional(Type.String({ description: 'In a versioned bucket' })),
  etag: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: Type.String(),
});
