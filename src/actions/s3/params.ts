// Parameters that all S3 actions share.

import { Type } from 'typebox';
import { TargetName } from '../../engine/index.ts';

export const bucketParam = Type.String({ description: 'Name of the bucket', minLength: 3 });
export const keyParam = Type.String({
  description: 'Key of the object',
  minLength: 1,
  maxLength: 1024,
});
export const versionParam = Type.Optional(
  Type.String({ description: 'Version of the object; the current one when absent' }),
);
export const sha256Param = (description: string) =>
  Type.String({ description, pattern: '^[0-9a-f]{64}$' });

export const objectParams = {
  target: TargetName('aws'),
  bucket: bucketParam,
  key: keyParam,
};
