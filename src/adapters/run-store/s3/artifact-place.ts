// Where the artifacts of a run are in S3, and what the object of one says of itself.

import { hasName } from '../../aws/errors.ts';
import type { AwsConnection } from '../../aws/sdk.ts';
import type { StateLocation } from './location.ts';
import type { StateObjects } from './objects.ts';
import { withTries } from './tries.ts';

/** In the metadata: tells the object of one write from that of every other. */
export const markName = 'drctl-write';

export interface ArtifactPlace {
  readonly connection: AwsConnection;
  readonly location: StateLocation;
  readonly objects: StateObjects;
  /** The run's, with its "/". */
  readonly folder: string;
}

export function artifactKey({ folder }: ArtifactPlace, name: string): string {
  return `${folder}artifacts/${name}`;
}

/** Of what was uploaded in parts: its SHA-256 is known only when it is too late to say it with the object. */
export function digestKey({ folder }: ArtifactPlace, name: string): string {
  return `${folder}digests/${name}`;
}

export interface FoundObject {
  readonly sizeBytes: number;
  /** As conditions want it. */
  readonly etag: string;
  readonly sha256: string | undefined;
  readonly mark: string | undefined;
}

export function findObject(place: ArtifactPlace, name: string): Promise<FoundObject | undefined> {
  const { connection, location, objects } = place;
  const key = artifactKey(place, name);
  return withTries(`look at ${objects.uri(key)}`, async (signal) => {
    const { sdk, client } = await connection.s3();
    try {
      const answer = await client.send(
        new sdk.HeadObjectCommand({ Bucket: location.bucket, Key: `${location.prefix}${key}` }),
        { abortSignal: signal },
      );
      return {
        sizeBytes: answer.ContentLength ?? 0,
        etag: answer.ETag ?? '',
        sha256: answer.Metadata?.['sha256'],
        mark: answer.Metadata?.[markName],
      };
    } catch (cause) {
      if (hasName(cause, 'NotFound', 'NoSuchKey')) return undefined;
      throw cause;
    }
  });
}
