// The files of a run in S3, and reading them. What is read whole is held against the SHA-256 that was recorded when it
// was written.

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { DrctlError } from '../../../engine/index.ts';
import type { ArtifactReader, ArtifactStore, ByteRange } from '../../../engine/index.ts';
import { errorOf, hasName, isStatus } from '../../aws/errors.ts';
import { checkedName, namesBelow, noArtifact } from '../artifact-name.ts';
import { artifactKey, digestKey, findObject } from './artifact-place.ts';
import type { ArtifactPlace, FoundObject } from './artifact-place.ts';
import { writeArtifact } from './artifact-upload.ts';
import { explained } from './tries.ts';

export function createArtifactReader(place: ArtifactPlace): ArtifactReader {
  const { objects, folder } = place;
  return {
    stat: async (name) => {
      const found = await findObject(place, checkedName(name));
      return found === undefined ? undefined : { sizeBytes: found.sizeBytes };
    },
    read: (name, range) => readArtifact(place, name, range),
    list: async (prefix) => namesBelow(prefix, await objects.list(`${folder}artifacts/`)),
  };
}

export function createArtifactStore(
  options: ArtifactPlace & {
    /** Throws when this process may not write any more. */
    assertHeld(): Promise<void>;
  },
): ArtifactStore {
  const { objects, assertHeld } = options;
  return {
    ...createArtifactReader(options),
    write: async (name, content) => writeArtifact({ ...options, name: checkedName(name), content }),
    async remove(name) {
      const key = artifactKey(options, checkedName(name));
      await assertHeld();
      await objects.remove(key);
    },
  };
}

async function* readArtifact(
  place: ArtifactPlace,
  name: string,
  { start = 0, end }: ByteRange = {},
): AsyncGenerator<Uint8Array> {
  const found = await findObject(place, checkedName(name));
  if (found === undefined) throw noArtifact(name);
  if (start >= Math.min(found.sizeBytes, end ?? Infinity)) return;
  const hash = createHash('sha256');
  for await (const chunk of bytesOf(place, { name, start, end, etag: found.etag })) {
    hash.update(chunk);
    yield chunk;
  }
  const expected =
    start === 0 && end === undefined ? await sha256Of(place, name, found) : undefined;
  if (expected === undefined || expected === hash.digest('hex')) return;
  const uri = place.objects.uri(artifactKey(place, name));
  throw new DrctlError('DATA_CORRUPT', `${uri} does not have the SHA-256 it was written with`);
}

/** Of exactly the object that was looked at. */
async function* bytesOf(
  place: ArtifactPlace,
  {
    name,
    start,
    end,
    etag,
  }: {
    readonly name: string;
    readonly start: number;
    readonly end: number | undefined;
    readonly etag: string;
  },
): AsyncGenerator<Uint8Array> {
  const key = artifactKey(place, name);
  try {
    const { sdk, client } = await place.connection.s3();
    const answer = await client.send(
      new sdk.GetObjectCommand({
        Bucket: place.location.bucket,
        Key: `${place.location.prefix}${key}`,
        IfMatch: etag,
        ...((start > 0 || end !== undefined) && {
          Range: `bytes=${start}-${end === undefined ? '' : end - 1}`,
        }),
      }),
    );
    if (!(answer.Body instanceof Readable)) throw new Error('The answer has no body');
    for await (const chunk of answer.Body) yield chunk as Uint8Array;
  } catch (cause) {
    if (hasName(cause, 'NoSuchKey')) throw noArtifact(name, cause);
    const doing = `read ${place.objects.uri(key)}`;
    if (!isStatus(cause, 412)) throw explained(errorOf(cause, doing));
    throw new DrctlError('CLIENT_CONFLICT', `Cannot ${doing}: it was replaced meanwhile`, {
      cause,
      retryable: true,
    });
  }
}

/** undefined: not recorded, because the process that wrote it ended before; then the step that wrote it has not ended. */
async function sha256Of(
  place: ArtifactPlace,
  name: string,
  found: FoundObject,
): Promise<string | undefined> {
  if (found.sha256 !== undefined) return found.sha256;
  const bytes = await place.objects.read(digestKey(place, name));
  if (bytes === undefined) return undefined;
  const recorded = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const { etag, sha256 } = recorded;
  return etag === found.etag && typeof sha256 === 'string' ? sha256 : undefined;
}
