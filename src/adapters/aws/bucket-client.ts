// S3, the writing side.

import type { BucketClient } from '../../actions/ports.ts';
import { boundedCall } from './bounded-call.ts';
import { createBucketReader, inputOf, uriOf } from './bucket-reader.ts';
import { errorOf, hasName } from './errors.ts';
import type { AwsConnection } from './sdk.ts';
import { abandonUpload, uploadObject } from './upload.ts';

export function createBucketClient(connection: AwsConnection): BucketClient {
  return {
    ...createBucketReader(connection),
    upload: (address, options) => uploadObject(connection, address, options),
    abandon: (address, uploadId, signal) =>
      abandonUpload(connection, address, { uploadId, signal }),
    remove: async (address, signal) => {
      try {
        const { sdk, client } = await connection.s3();
        await boundedCall(signal, (options) =>
          client.send(new sdk.DeleteObjectCommand(inputOf(address)), options),
        );
      } catch (cause) {
        if (hasName(cause, 'NoSuchKey', 'NoSuchVersion')) return;
        throw errorOf(cause, `remove ${uriOf(address)}`, signal);
      }
    },
  };
}
