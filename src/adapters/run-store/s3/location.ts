// s3://bucket/prefix: where a state lives in S3, and the keys below it.

import { DrctlError } from '../../../engine/index.ts';

export interface StateLocation {
  readonly bucket: string;
  /** "" or a path that ends with "/". */
  readonly prefix: string;
}

/** USAGE. */
export function parseLocation(uri: string): StateLocation {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*)$/.exec(uri) ?? [];
  const parts = path.replace(/\/$/, '').split('/');
  const isPath =
    path === '' || parts.every((part) => /^[\w.!*'()=:@+-]+$/.test(part) && !/^\.+$/.test(part));
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || !isPath) {
    throw new DrctlError('USAGE', `"${uri}" is no place for the state of runs`, {
      hint: 'Name a bucket and, if you like, a prefix: s3://my-bucket/drctl',
    });
  }
  return { bucket, prefix: path === '' ? '' : `${parts.join('/')}/` };
}
