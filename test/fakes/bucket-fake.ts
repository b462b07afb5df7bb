// S3 in memory, as far as BucketClient promises it: versions where the bucket has them, one object under a key otherwise,
// an upload that appears only whole. Pre-signed URLs are words that say what was signed.

import { createHash } from 'node:crypto';
import { DrctlError } from '../../src/engine/index.ts';
import type { Json } from '../../src/engine/index.ts';
import type {
  BucketClient,
  BucketFacts,
  BucketObject,
  BucketReader,
  ObjectAddress,
  UploadOptions,
} from '../../src/actions/ports.ts';
import { Faults } from './faults.ts';

interface FakeObject extends BucketObject {
  readonly bytes: Uint8Array;
}

export class FakeBuckets implements BucketClient {
  readonly buckets = new Map<string, BucketFacts & { readonly readOnly?: boolean }>();
  /** Versions of "bucket/key", the newest last. */
  readonly objects = new Map<string, readonly FakeObject[]>();
  /** Uploads in several parts that are under way or were cut off: id → "bucket/key". */
  readonly uploads = new Map<string, string>();
  readonly faults: Faults;
  /** When the credentials that sign URLs end; undefined: never. */
  credentialsEnd: string | undefined;
  now = new Date('2026-01-01T00:00:00Z');
  /** Called when an upload has sent some of its parts; may throw. */
  betweenParts: (() => void) | undefined;
  #versions = 0;
  #begun = 0;

  constructor(faults = new Faults()) {
    this.faults = faults;
  }

  addBucket(
    name: string,
    facts: Partial<BucketFacts> & { readonly readOnly?: boolean } = {},
  ): void {
    this.buckets.set(name, {
      region: 'eu-central-1',
      versioned: false,
      public: false,
      encryption: 'AES256',
      ...facts,
    });
  }

  /** Puts an object there, as somebody else would. */
  put(address: ObjectAddress, content: string | Uint8Array): void {
    this.#store(address, Buffer.from(content));
  }

  /** Keys with their contents' digests: what counts of the state. */
  state(): Json {
    return [...this.objects]
      .filter(([, versions]) => versions.length > 0)
      .map(([name, versions]) => [name, versions.map(({ sha256 = '' }) => sha256)]);
  }

  /** Without any writing method. */
  reader(): BucketReader {
    return {
      bucket: (name) => this.bucket(name),
      head: (address) => this.head(address),
      list: (where) => this.list(where),
      read: (address) => this.read(address),
      presign: (address, options) => this.presign(address, options),
      mayWrite: (address) => this.mayWrite(address),
      identity: () => this.identity(),
    };
  }

  bucket(name: string): Promise<BucketFacts | undefined> {
    return this.faults.around('read', () => {
      const facts = this.buckets.get(name);
      if (facts === undefined) return undefined;
      const { region, versioned, encryption } = facts;
      return { region, versioned, public: facts.public, encryption };
    });
  }

  head(address: ObjectAddress): Promise<BucketObject | undefined> {
    return this.faults.around('read', () => {
      const found = this.#find(address);
      if (found === undefined) return undefined;
      const { bytes: _bytes, ...object } = found;
      return object;
    });
  }

  async *list(where: {
    readonly bucket: string;
    readonly prefix: string;
  }): AsyncIterable<{ readonly key: string; readonly sizeBytes: number }> {
    const { bucket, prefix } = where;
    const keys = await this.faults.around('read', () => {
      if (this.buckets.has(bucket)) return [...this.objects.keys()];
      throw new DrctlError('CLIENT_NOT_FOUND', `No bucket ${bucket}`);
    });
    for (const name of keys.sort()) {
      const key = name.slice(bucket.length + 1);
      if (!name.startsWith(`${bucket}/${prefix}`)) continue;
      yield { key, sizeBytes: this.objects.get(name)?.at(-1)?.sizeBytes ?? 0 };
    }
  }

  async *read(address: ObjectAddress): AsyncIterable<Uint8Array> {
    const found = await this.faults.around('read', () => this.#find(address));
    if (found === undefined) {
      throw new DrctlError('CLIENT_NOT_FOUND', `No object s3://${address.bucket}/${address.key}`);
    }
    yield found.bytes.slice();
  }

  presign(
    address: ObjectAddress,
    options: { readonly method: 'GET' | 'PUT'; readonly expiresInSeconds: number },
  ): Promise<{ readonly url: string; readonly expiresAt: string }> {
    const end = new Date(this.now.getTime() + options.expiresInSeconds * 1_000).toISOString();
    const expiresAt =
      this.credentialsEnd !== undefined && this.credentialsEnd < end ? this.credentialsEnd : end;
    const url = `https://s3.example/${address.bucket}/${address.key}?method=${options.method}&signature=fake`;
    return Promise.resolve({ url, expiresAt });
  }

  mayWrite({ bucket }: ObjectAddress): Promise<boolean> {
    return this.faults.around('read', () => this.buckets.get(bucket)?.readOnly !== true);
  }

  identity(): Promise<string | undefined> {
    return Promise.resolve('arn:aws:iam::000000000000:user/fake');
  }

  async upload(address: ObjectAddress, options: UploadOptions): Promise<BucketObject> {
    return this.faults.around('write', async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of options.content) chunks.push(Uint8Array.from(chunk));
      options.signal.throwIfAborted();
      const bytes = Buffer.concat(chunks);
      if (sha256Of(bytes) !== options.sha256 || bytes.length !== options.sizeBytes) {
        throw new DrctlError('DATA_CORRUPT', 'The content is not the announced one');
      }
      if (!this.buckets.has(address.bucket)) {
        throw new DrctlError('CLIENT_NOT_FOUND', `No bucket ${address.bucket}`);
      }
      if (bytes.length > options.partSizeBytes) await this.#inParts(address, options);
      options.onProgress(bytes.length);
      return this.#store(address, bytes);
    });
  }

  async abandon(_address: ObjectAddress, uploadId: string): Promise<void> {
    await this.faults.around('write', () => {
      this.uploads.delete(uploadId);
    });
  }

  async remove({ bucket, key, versionId }: ObjectAddress): Promise<void> {
    await this.faults.around('write', () => {
      const name = `${bucket}/${key}`;
      const versions = this.objects.get(name) ?? [];
      const left =
        versionId === undefined ? [] : versions.filter((object) => object.versionId !== versionId);
      if (left.length === 0) this.objects.delete(name);
      else this.objects.set(name, left);
    });
  }

  /** What fails between the parts leaves them behind, as a process that is killed does. */
  async #inParts({ bucket, key }: ObjectAddress, options: UploadOptions): Promise<void> {
    const begun = options.cutOff?.findLast((one) => this.uploads.has(one));
    const id = begun ?? `upload-${(this.#begun += 1)}`;
    if (begun === undefined) {
      this.uploads.set(id, `${bucket}/${key}`);
      await options.onParts?.(id);
    }
    this.betweenParts?.();
    this.uploads.delete(id);
  }

  #find({ bucket, key, versionId }: ObjectAddress): FakeObject | undefined {
    const versions = this.objects.get(`${bucket}/${key}`) ?? [];
    return versionId === undefined
      ? versions.at(-1)
      : versions.find((object) => object.versionId === versionId);
  }

  #store({ bucket, key }: ObjectAddress, bytes: Uint8Array): BucketObject {
    this.#versions += 1;
    const versioned = this.buckets.get(bucket)?.versioned === true;
    const object = {
      bucket,
      key,
      ...(versioned && { versionId: `v${this.#versions}` }),
      sizeBytes: bytes.byteLength,
      etag: createHash('md5').update(bytes).digest('hex'),
      sha256: sha256Of(bytes),
    };
    const name = `${bucket}/${key}`;
    const before = versioned ? (this.objects.get(name) ?? []) : [];
    this.objects.set(name, [...before, { ...object, bytes }]);
    return object;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
