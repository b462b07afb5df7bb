// What a bucket must be like before runs are kept in it: there, closed to the public, and able to let exactly one of two
// writers win.

import { DrctlError } from '../../../engine/index.ts';
import { bucketFacts } from '../../aws/bucket-facts.ts';
import type { AwsConnection } from '../../aws/sdk.ts';
import { noBucket, withoutConditions } from './objects.ts';
import type { StateObjects } from './objects.ts';
import { withTries } from './tries.ts';

/** STORE_UNWRITABLE. `notice` is told when it cannot be seen whether the bucket is public. */
export async function assertPrivate(
  connection: AwsConnection,
  bucket: string,
  notice: (message: string) => void,
): Promise<void> {
  const facts = await withTries(`look at bucket ${bucket}`, (signal) =>
    bucketFacts(connection, bucket, signal),
  );
  if (facts === undefined) {
    throw noBucket(bucket);
  }
  if (facts.public === true) {
    throw new DrctlError(
      'STORE_UNWRITABLE',
      `Bucket ${bucket} is open to the public: a run keeps values, exported objects and snapshots in it`,
      { hint: 'Block public access to it, or name another bucket with --state' },
    );
  }
  if (facts.public === undefined) {
    notice(
      `Whether bucket ${bucket} is open to the public cannot be told: the caller may not ask. Runs keep exported objects and snapshots in it`,
    );
  }
}

/** `key`: an object that is there, with this content. STORE_UNWRITABLE when the server makes it a second time. */
export async function assertConditional(
  objects: StateObjects,
  key: string,
  body: Uint8Array,
): Promise<void> {
  if (await objects.create(key, body)) throw withoutConditions(objects.uri(''));
}
