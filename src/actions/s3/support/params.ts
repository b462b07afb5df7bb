// Parameters that the S3 actions share, and how objects are named in messages.

import { Type } from 'typebox';
import type { TString } from 'typebox';
import { DrctlError, TargetName } from '../../../engine/index.ts';

export const bucketParam = Type.String({ description: 'Name of the bucket', minLength: 3 });
export const versionParam = Type.Optional(
  Type.String({ description: 'Version of the object; the current one when absent' }),
);

export function sha256Param(description: string): TString {
  return Type.String({ description, pattern: '^[0-9a-f]{64}$' });
}

export const objectParams = {
  target: TargetName('aws'),
  bucket: bucketParam,
  key: Type.String({ description: 'Key of the object', minLength: 1, maxLength: 1024 }),
};

/** "s3://bucket/key" */
export function uriOf(address: { readonly bucket: string; readonly key: string }): string {
  return `s3://${address.bucket}/${address.key}`;
}

const unitBytes = { Mi: 1024 ** 2, Gi: 1024 ** 3 } as const;
const minPartBytes = 5 * unitBytes.Mi;
const maxPartBytes = 5 * unitBytes.Gi;

/** Bytes of "8Mi". Throws PARAMS_INVALID outside of what S3 takes as a part. */
export function sizeOf(text: string): number {
  const match = /^(\d+)(Mi|Gi)$/.exec(text);
  const bytes = Number(match?.[1]) * unitBytes[(match?.[2] ?? 'Mi') as keyof typeof unitBytes];
  if (bytes >= minPartBytes && bytes <= maxPartBytes) return bytes;
  throw new DrctlError('PARAMS_INVALID', `partSize is ${text}, S3 takes parts of 5Mi to 5Gi`);
}

/** The object without properties that are undefined, for a port with exact optional properties. */
export function addressOf(params: {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}): { readonly bucket: string; readonly key: string; readonly versionId?: string } {
  const { bucket, key, versionId } = params;
  return { bucket, key, ...(versionId !== undefined && { versionId }) };
}
