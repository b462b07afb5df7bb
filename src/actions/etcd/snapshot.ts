import { Type } from 'typebox';
import { memberParams } from './params.ts';

export const params = Type.Object(
  {
    ...memberParams,
    pod: Type.Optional(
      Type.String({
        description:
          'Pod of the member to take it from; otherwise a healthy member, not the leader if possible',
      }),
    ),
    to: Type.String({
      description: 'Name of the artifact to write',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9._/-]*$',
    }),
    directory: Type.Optional(
      Type.String({
        description:
          'Folder in the pod for the temporary file; on the etcd volume, outside its data directory',
        pattern: '^/[A-Za-z0-9._/-]*$',
        default: '/var/lib',
      }),
    ),
    keepInPod: Type.Optional(
      Type.Boolean({ description: 'Leave the file in the pod', default: false }),
    ),
  },
  { additionalProperties: false },
);

export const outputs = Type.Object({
  file: Type.String({ description: 'Name of the artifact' }),
  sizeBytes: Type.Integer(),
  sha256: Type.String({ description: 'Hex SHA-256 of the whole file' }),
  pod: Type.String({ description: 'Pod of the member that it was taken from' }),
  revision: Type.Integer({ description: 'Revision of that member right before the snapshot' }),
  version: Type.String({ description: 'etcd version of that member' }),
});
