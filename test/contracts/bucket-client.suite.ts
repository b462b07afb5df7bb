// What every BucketClient must do, the fake and the real adapter alike. A factory gives a client of a server with the
// buckets "plain" and "versioned", and "open", which everyone can read.

import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BucketClient, BucketObject, PartChecksums } from '../../src/actions/ports.ts';

export interface BucketClientUnderTest {
  readonly client: BucketClient;
  /** Of the buckets; "eu-central-1" when absent. */
  readonly region?: string;
  close(): Promise<void>;
}

const signal = new AbortController().signal;

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export async function* inChunks(
  bytes: Uint8Array,
  chunkBytes = 65_536,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += chunkBytes) {
    yield await Promise.resolve(bytes.subarray(offset, offset + chunkBytes));
  }
}

export function upload(
  client: BucketClient,
  at: { readonly bucket: string; readonly key: string },
  bytes: Uint8Array,
  extra: {
    readonly sha256?: string;
    readonly signal?: AbortSignal;
    readonly onParts?: (uploadId: string) => Promise<void>;
    readonly partChecksums?: PartChecksums;
    readonly sizeBytes?: number;
  } = {},
): Promise<BucketObject> {
  return client.upload(at, {
    content: inChunks(bytes),
    sizeBytes: bytes.byteLength,
    sha256: sha256(bytes),
    partSizeBytes: 5 * 1024 * 1024,
    encryption: 'AES256',
    onProgress: () => undefined,
    signal,
    ...extra,
  });
}

export async function contentOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

export function bucketClientSuite(
  title: string,
  create: () => Promise<BucketClientUnderTest>,
): void {
  describe(`BucketClient: ${title}`, () => {
    let made: BucketClientUnderTest;
    let s3: BucketClient;
    beforeEach(async () => {
      made = await create();
      s3 = made.client;
    });
    afterEach(async () => made.close());

    it('tells what a bucket is like, and that another does not exist', async () => {
      expect(await s3.bucket('versioned', signal)).toEqual({
        region: made.region ?? 'eu-central-1',
        versioned: true,
        public: false,
        encryption: 'AES256',
      });
      expect(await s3.bucket('open', signal)).toMatchObject({ versioned: false, public: true });
      expect(await s3.bucket('absent', signal)).toBeUndefined();
    });

    it.each([0, 1, 6 * 1024 * 1024, 10 * 1024 * 1024])(
      'uploads %i bytes that come back whole, with their SHA-256',
      async (sizeBytes) => {
        const bytes = randomBytes(sizeBytes);
        const at = { bucket: 'plain', key: 'a/b c.db' };
        const uploaded = await upload(s3, at, bytes);
        expect(uploaded).toMatchObject({ ...at, sizeBytes, sha256: sha256(bytes) });
        expect(await s3.head(at, signal)).toEqual(uploaded);
        expect(bytes.equals(await contentOf(s3.read(at, signal)))).toBe(true);
      },
    );

    it('keeps every version where the bucket has them, and removes exactly the one named', async () => {
      const at = { bucket: 'versioned', key: 'k' };
      const first = await upload(s3, at, Buffer.from('first'));
      const second = await upload(s3, at, Buffer.from('second'));
      expect(first.versionId).not.toBe(second.versionId);
      const read = (object: BucketObject) => contentOf(s3.read(object, signal)).then(String);
      expect(await read(first)).toBe('first');
      await s3.remove(second, signal);
      await s3.remove(second, signal);
      expect(await s3.head(at, signal)).toEqual(first);
      await s3.remove(first, signal);
      expect(await s3.head(at, signal)).toBeUndefined();
      await expect(read(first)).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    });

    it('lists exactly the keys below a prefix, in order', async () => {
      const keys = ['a/1', 'a/2/x y', 'a/3', 'ab/4', 'b/5'];
      for (const key of keys.toReversed()) {
        await upload(s3, { bucket: 'plain', key }, Buffer.from(key));
      }
      const found: { key: string; sizeBytes: number }[] = [];
      for await (const one of s3.list({ bucket: 'plain', prefix: 'a/' }, signal)) found.push(one);
      expect(found).toEqual(
        ['a/1', 'a/2/x y', 'a/3'].map((key) => ({ key, sizeBytes: key.length })),
      );
      const absent = s3.list({ bucket: 'absent', prefix: '' }, signal)[Symbol.asyncIterator]();
      await expect(absent.next()).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    });

    it('gives no version where the bucket has none', async () => {
      const at = { bucket: 'plain', key: 'k' };
      expect((await upload(s3, at, Buffer.from('x'))).versionId).toBeUndefined();
      await s3.remove(at, signal);
      expect(await s3.head(at, signal)).toBeUndefined();
    });

    it.each([10, 6 * 1024 * 1024])(
      'refuses %i bytes that are not the announced ones, and leaves no object',
      async (sizeBytes) => {
        const at = { bucket: 'plain', key: 'k' };
        await expect(
          upload(s3, at, randomBytes(sizeBytes), { sha256: sha256(Buffer.from('other')) }),
        ).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
        expect(await s3.head(at, signal)).toBeUndefined();
      },
    );

    it('tells the id of an upload in parts, and abandoning one that is completed does nothing', async () => {
      const at = { bucket: 'plain', key: 'k' };
      const ids: string[] = [];
      const bytes = randomBytes(6 * 1024 * 1024);
      const onParts = (id: string): Promise<void> => Promise.resolve(void ids.push(id));
      const uploaded = await upload(s3, at, bytes, { onParts });
      expect(ids).toHaveLength(1);
      for (const id of ids) await s3.abandon(at, id, signal);
      for (const id of ids) await s3.abandon(at, id, signal);
      expect(await s3.head(at, signal)).toEqual(uploaded);
      await upload(s3, at, Buffer.from('in one piece'), { onParts });
      expect(ids).toHaveLength(1);
    });

    it('says that a bucket is missing when it is written to', async () => {
      await expect(
        upload(s3, { bucket: 'absent', key: 'k' }, Buffer.from('x')),
      ).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
    });

    it('says that we may write without leaving anything', async () => {
      const at = { bucket: 'plain', key: 'probe' };
      expect(await s3.mayWrite(at, signal)).toBe(true);
      expect(await s3.head(at, signal)).toBeUndefined();
    });
  });
}
