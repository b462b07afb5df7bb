// Writing an artifact to S3. Its name appears only when its content is complete: S3 shows an object when its upload is
// completed. Content streams through a few buffers; what fits one of them is a single write. An object is put in place
// under a condition (nothing there, or what was there a moment ago), and the lease is asked right before: so the late
// write of a process that lost the run never replaces what its successor has written.

import { createHash, randomBytes } from 'node:crypto';
import { DrctlError } from '../../../engine/index.ts';
import { errorOf, hasName } from '../../aws/errors.ts';
import { partsInFlight, uploadInParts } from '../../aws/multipart.ts';
import type { Conditions } from '../../aws/multipart.ts';
import { partsOf } from '../../aws/parts.ts';
import type { Part } from '../../aws/parts.ts';
import { artifactKey, digestKey, findObject, markName } from './artifact-place.ts';
import type { ArtifactPlace, FoundObject } from './artifact-place.ts';
import { isRefused } from './objects.ts';
import { explained, withTries } from './tries.ts';

/** S3 takes 10,000 parts: artifacts of up to 160 GB. */
const partSizeBytes = 16 * 1024 * 1024;
const maxParts = 10_000;
/** Of putting one object in place: each time another process had changed it meanwhile. */
const maxCollisions = 5;

interface Written {
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface ArtifactWrite extends ArtifactPlace {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  assertHeld(): Promise<void>;
}

interface Upload {
  readonly write: ArtifactWrite;
  /** Of this very write. */
  readonly mark: string;
  /** What S3 is to know of the object. */
  readonly request: { readonly Bucket: string; readonly Key: string; readonly ContentType: string };
  readonly uri: string;
  /** What has been read so far. */
  total(): Written;
}

/** LEASE_LOST; CLIENT_*, so that the step may be tried again; what the content throws, as it is. */
export async function writeArtifact(write: ArtifactWrite): Promise<Written> {
  const { location, objects, name, content } = write;
  const key = artifactKey(write, name);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let cut: { readonly error: unknown } | undefined;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of content) {
        hash.update(chunk);
        sizeBytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      cut = { error };
      throw error;
    }
  };
  const upload: Upload = {
    write,
    mark: randomBytes(12).toString('hex'),
    request: {
      Bucket: location.bucket,
      Key: `${location.prefix}${key}`,
      ContentType: 'application/octet-stream',
    },
    uri: objects.uri(key),
    total: () => ({ sizeBytes, sha256: hash.copy().digest('hex') }),
  };
  const parts = partsOf(counted(), { partSizeBytes, buffers: partsInFlight });
  try {
    await send(upload, parts);
  } catch (error) {
    if (cut !== undefined) throw cut.error;
    throw explained(errorOf(error, `write ${upload.uri}`));
  } finally {
    await parts.return(undefined);
  }
  return upload.total();
}

async function send(upload: Upload, parts: AsyncGenerator<Part>): Promise<void> {
  const first = await parts.next();
  if (first.done === true) return putWhole(upload, new Uint8Array());
  const second = await parts.next();
  if (second.done === true) return putWhole(upload, first.value.bytes);
  return putInParts(upload, rejoined([first.value, second.value], parts));
}

async function* rejoined(first: readonly Part[], rest: AsyncIterable<Part>): AsyncGenerator<Part> {
  yield* first;
  for await (const part of rest) {
    if (part.number > maxParts) {
      throw new DrctlError('STORE_UNWRITABLE', 'The artifact is larger than S3 takes in parts', {
        hint: 'Keep the state of this run in a folder',
      });
    }
    yield part;
  }
}

/** Most artifacts are new, so that is tried first. */
async function putWhole(upload: Upload, body: Uint8Array): Promise<void> {
  const { write, request, mark, uri } = upload;
  const { sha256 } = upload.total();
  let conditions: Conditions = { IfNoneMatch: '*' };
  for (let collision = 0; collision < maxCollisions; collision += 1) {
    await write.assertHeld();
    try {
      await withTries(`write ${uri}`, async (signal) => {
        const { sdk, client } = await write.connection.s3();
        await client.send(
          new sdk.PutObjectCommand({
            ...request,
            ...conditions,
            Body: body,
            Metadata: { [markName]: mark, sha256 },
            ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
          }),
          { abortSignal: signal },
        );
      });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    const there = await findObject(write, write.name);
    // The answer to an earlier try was lost: what is there is what it wrote.
    if (there?.mark === mark) return;
    conditions = replacing(there);
  }
  throw alwaysChanged(upload);
}

async function putInParts(upload: Upload, parts: AsyncIterable<Part>): Promise<void> {
  const { write, request, mark } = upload;
  const s3 = await write.connection.s3();
  let etag: string;
  try {
    const completed = await uploadInParts({
      s3,
      request: { ...request, Metadata: { [markName]: mark } },
      parts,
      signal: new AbortController().signal,
      beforeCompleting: async () => {
        const there = await findObject(write, write.name);
        await write.assertHeld();
        return replacing(there);
      },
    });
    ({ etag } = completed);
  } catch (error) {
    if (!isRefused(error) && !hasName(error, 'NoSuchUpload')) throw error;
    const there = await findObject(write, write.name);
    if (there?.mark !== mark) {
      await write.assertHeld();
      throw alwaysChanged(upload);
    }
    ({ etag } = there);
  }
  const recorded = Buffer.from(`${JSON.stringify({ ...upload.total(), etag })}\n`);
  await write.objects.replace(digestKey(write, write.name), recorded);
}

function replacing(there: FoundObject | undefined): Conditions {
  return there === undefined ? { IfNoneMatch: '*' } : { IfMatch: there.etag };
}

/** As `withTries` tells it; an object that went away meanwhile is one that changed. */
function isConflict(error: unknown): boolean {
  if (!(error instanceof DrctlError)) return false;
  return error.code === 'CLIENT_CONFLICT' || hasName(error.cause, 'NoSuchKey');
}

function alwaysChanged({ uri }: Upload): DrctlError {
  return new DrctlError('CLIENT_CONFLICT', `${uri} is written by another process too`, {
    retryable: true,
  });
}
