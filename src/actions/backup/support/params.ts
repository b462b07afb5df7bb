// Parameters that the backup actions share.

import { Type } from 'typebox';
import { TargetName } from '../../../engine/index.ts';

const keyPath = '^[^/]+(/[^/]+)*$';

export const backupParams = {
  target: TargetName('aws'),
  bucket: Type.String({ description: 'Name of the bucket', minLength: 3 }),
  of: Type.String({
    description: 'What is backed up: "clusters/prod". Only a backup of the same is found',
    minLength: 1,
  }),
};

export const folderParam = (description: string) =>
  Type.String({ description, pattern: keyPath, maxLength: 900 });

export const artifactParam = (description: string) =>
  Type.String({ description, pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$' });

export const sha256Param = (description: string) =>
  Type.String({ description, pattern: '^[0-9a-f]{64}$' });
