// A target of type aws: the clients for its services, opened when they are first used, with readers that have no writing
// method.

import type { BucketClient, BucketReader, ZoneClient, ZoneReader } from '../../actions/ports.ts';
import { createAwsAccount } from './account.ts';
import type { AwsAccount } from './account.ts';
import { createBucketClient } from './bucket-client.ts';
import { createBucketReader } from './bucket-reader.ts';
import { createAwsConnection } from './sdk.ts';
import type { AwsSettings } from './settings.ts';
import { createZoneClient, createZoneReader } from './zone-client.ts';

export interface AwsTarget {
  readonly bucketReader: BucketReader;
  readonly bucketClient: BucketClient;
  readonly zoneReader: ZoneReader;
  readonly zoneClient: ZoneClient;
  /** Questions about the caller that no action asks. */
  readonly account: AwsAccount;
  /** Closes the connections that are kept alive. */
  close(): void;
}

/** Does not connect. Later calls throw TARGET_INVALID when a file of the settings cannot be read. */
export function createAwsTarget(settings: AwsSettings): AwsTarget {
  const connection = createAwsConnection(settings);
  return {
    bucketReader: createBucketReader(connection),
    bucketClient: createBucketClient(connection),
    zoneReader: createZoneReader(connection),
    zoneClient: createZoneClient(connection),
    account: createAwsAccount(connection),
    close: () => connection.close(),
  };
}
