// What the AWS adapter must do beyond the contract: errors by their meaning, bounded and clean uploads, URLs that tell
// when they really end, silence.

import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/lab/aws/index.ts';
import { digestInParts } from '../../../src/actions/s3/support/part-checksums.ts';
import { partsOf } from '../../../src/adapters/aws/parts.ts';
import { contentOf, inChunks, upload } from '../../contracts/bucket-client.suite.ts';
import { profileText, startTarget } from './target.ts';
import type { TestTarget } from './target.ts';

const signal = new AbortController().signal;
const at = { bucket: 'plain', key: 'k' };
let lab: TestTarget | undefined;

afterEach(async () => {
  await lab?.close();
  lab = undefined;
});

async function start(...options: Parameters<typeof startTarget>): Promise<TestTarget> {
  lab = await startTarget(...options);
  return lab;
}

describe('errors', () => {
  test.each<[Fault, string, boolean]>([
    [{ status: 503, code: 'SlowDown', message: 'Reduce your rate' }, 'CLIENT_THROTTLED', true],
    [{ status: 400, code: 'Throttling', message: 'Rate exceeded' }, 'CLIENT_THROTTLED', true],
    [{ status: 500, code: 'InternalError', message: 'Again' }, 'CLIENT_UNREACHABLE', true],
    ['cut', 'CLIENT_UNREACHABLE', true],
    [{ status: 403, code: 'AccessDenied', message: 'No' }, 'CLIENT_DENIED', false],
    [{ status: 400, code: 'ExpiredToken', message: 'Late' }, 'CLIENT_UNAUTHENTICATED', false],
    [{ status: 404, code: 'NoSuchBucket', message: 'Gone' }, 'CLIENT_NOT_FOUND', false],
    [{ status: 400, code: 'InvalidRequest', message: 'What' }, 'CLIENT_INVALID', false],
  ])('%o is %s, retryable: %s', async (fault, code, retryable) => {
    const { target } = await start({ fault: () => fault });
    await expect(contentOf(target.bucketReader.read(at, signal))).rejects.toMatchObject({
      code,
      retryable,
    });
  });

  test('credentials that are unknown, wrong or missing are told apart from missing rights', async () => {
    const { open, credentialsFile } = await start({
      credentials: [
        { accessKeyId: 'AKIAREAD', secretAccessKey: 's', readOnly: true },
        { accessKeyId: 'AKIALAB', secretAccessKey: 'lab-secret' },
      ],
    });
    const bucketAs = async (name: string, text: string) =>
      open({ credentialsFile: await credentialsFile(name, text) }).bucketClient;
    const reader = await bucketAs(
      'reader',
      profileText('default', { accessKeyId: 'AKIAREAD', secretAccessKey: 's' }),
    );
    expect(await reader.mayWrite(at, signal)).toBe(false);
    await expect(upload(reader, at, Buffer.from('x'))).rejects.toMatchObject({
      code: 'CLIENT_DENIED',
    });
    for (const [name, text] of [
      ['unknown', profileText('default', { accessKeyId: 'AKIANOBODY', secretAccessKey: 's' })],
      ['wrong', profileText('default', { accessKeyId: 'AKIALAB', secretAccessKey: 'wrong' })],
      ['other-profile', profileText('elsewhere', { accessKeyId: 'AKIALAB', secretAccessKey: 's' })],
    ] as const) {
      const client = await bucketAs(name, text);
      await expect(contentOf(client.read(at, signal))).rejects.toMatchObject({
        code: 'CLIENT_UNAUTHENTICATED',
      });
    }
    const absent = open({ credentialsFile: '/nonexistent/credentials' });
    await expect(absent.bucketReader.head(at, signal)).rejects.toMatchObject({
      code: 'TARGET_INVALID',
    });
  });

  test('a server with an unknown certificate is never talked to, whatever the environment says', async () => {
    const { open } = await start();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const stranger = open({ caBundle: '' });
      await expect(stranger.bucketReader.head(at, signal)).rejects.toMatchObject({
        code: 'CLIENT_UNREACHABLE',
        hint: expect.stringContaining('caBundle') as string,
      });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  test('a cancelled call ends with the reason of its signal', async () => {
    const { target } = await start();
    const reason = new Error('stop');
    await expect(target.bucketReader.head(at, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(target.zoneReader.zone('Z1', AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('uploads', () => {
  const large = 17 * 1024 * 1024;

  test.each(['UploadPart', 'CompleteMultipartUpload'])(
    'no parts are left when %s fails',
    async (failing) => {
      let posts = 0;
      const seen: string[] = [];
      const { target } = await start({
        fault: ({ method, path }) => {
          seen.push(`${method} ${path}`);
          if (method === 'POST') posts += 1;
          const fails =
            failing === 'UploadPart' ? method === 'PUT' : method === 'POST' && posts > 1;
          return fails ? { status: 403, code: 'AccessDenied', message: 'No' } : undefined;
        },
      });
      await expect(upload(target.bucketClient, at, randomBytes(large))).rejects.toMatchObject({
        code: 'CLIENT_DENIED',
      });
      expect(seen.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE /plain/k']);
      expect(await target.bucketReader.head(at, signal)).toBeUndefined();
    },
  );

  test('a part that fails once is sent again with its own bytes', async () => {
    let puts = 0;
    const { target } = await start({
      fault: ({ method }) => {
        if (method === 'PUT') puts += 1;
        return method === 'PUT' && puts === 2
          ? { status: 503, code: 'SlowDown', message: 'Reduce your rate' }
          : undefined;
      },
    });
    const bytes = randomBytes(large);
    await upload(target.bucketClient, at, bytes);
    expect(bytes.equals(await contentOf(target.bucketReader.read(at, signal)))).toBe(true);
  });

  const partSizeBytes = 5 * 1024 * 1024;
  const announced = (bytes: Uint8Array) => digestInParts(inChunks(bytes), partSizeBytes, signal);

  test('content with the checksums that were taken of it before comes to the bucket whole', async () => {
    const { target } = await start();
    const bytes = randomBytes(large);
    await upload(target.bucketClient, at, bytes, await announced(bytes));
    expect(bytes.equals(await contentOf(target.bucketReader.read(at, signal)))).toBe(true);
  });

  test.each([
    ['one byte of its last part', (bytes: Buffer) => bytes.fill(bytes.at(-1)! ^ 1, large - 1)],
    ['one byte of its first part', (bytes: Buffer) => bytes.fill(bytes.at(0)! ^ 1, 0, 1)],
    ['its length, which is less', (bytes: Buffer) => bytes.subarray(0, 2 * partSizeBytes)],
    ['its length, which is more', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ])(
    'content of which %s has changed since its checksums were taken is no object',
    async (_, change) => {
      const { target } = await start();
      const bytes = randomBytes(large);
      const digest = await announced(bytes);
      await expect(
        upload(target.bucketClient, at, change(Buffer.from(bytes)), digest),
      ).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
      expect(await target.bucketReader.head(at, signal)).toBeUndefined();
    },
  );

  test('checksums of parts of another size are no reason to leave the whole unchecked', async () => {
    const { target } = await start();
    const bytes = randomBytes(large);
    const others = await digestInParts(inChunks(bytes), 2 * partSizeBytes, signal);
    await upload(target.bucketClient, at, bytes, others);
    bytes[0] = bytes.at(0)! ^ 1;
    await expect(upload(target.bucketClient, at, bytes, others)).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
    });
  });

  test('parts are cut by size, and no more buffers are used than allowed', async () => {
    const bytes = randomBytes(1_050);
    const buffers = new Set<ArrayBufferLike>();
    const collected: Buffer[] = [];
    for await (const part of partsOf(inChunks(bytes, 33), { partSizeBytes: 100, buffers: 2 })) {
      buffers.add(part.bytes.buffer);
      collected.push(Buffer.from(part.bytes));
      setImmediate(part.release);
    }
    expect(collected.map(({ length }) => length)).toEqual([...Array<number>(10).fill(100), 50]);
    expect(Buffer.concat(collected).equals(bytes)).toBe(true);
    expect(buffers.size).toBe(2);
  });
});

test('credentials that may write and not read may write', async () => {
  // Without the right to read, a write with a condition is denied.
  let puts = 0;
  const { target } = await start({
    fault: ({ method }) => {
      if (method === 'PUT') puts += 1;
      return method === 'PUT' && puts === 1
        ? { status: 403, code: 'AccessDenied', message: 'No' }
        : undefined;
    },
  });
  expect(await target.bucketClient.mayWrite(at, signal)).toBe(true);
  expect(await target.bucketReader.head(at, signal)).toBeUndefined();
});

describe('pre-signed URLs', () => {
  test('a URL works for everyone who trusts the server, for the version it names', async () => {
    const { target } = await start();
    const versioned = { bucket: 'versioned', key: 'a b.db' };
    const first = await upload(target.bucketClient, versioned, Buffer.from('first'));
    await upload(target.bucketClient, versioned, Buffer.from('second'));
    const options = { method: 'GET', expiresInSeconds: 600 } as const;
    const { url } = await target.bucketReader.presign(first, options);
    expect(url).not.toContain('checksum');
    expect(url).toContain('versionId=');
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/versioned\/a%20b\.db\?/);
  });

  test('it ends no later than the credentials do', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    const { open, credentialsFile } = await start();
    const process = `[default]\ncredential_process = printf '{"Version":1,"AccessKeyId":"AKIALAB","SecretAccessKey":"lab-secret","SessionToken":"${'t'.repeat(900)}","Expiration":"${soon}"}'\n`;
    const target = open({ credentialsFile: await credentialsFile('session', process) });
    const { url, expiresAt } = await target.bucketReader.presign(at, {
      method: 'GET',
      expiresInSeconds: 3_600,
    });
    expect(expiresAt).toBe(soon);
    expect(url.length).toBeGreaterThan(1_024);
  });
});

test('a zone with more than 300 record sets is read whole', async () => {
  const { target } = await start();
  const names = Array.from({ length: 650 }, (_, index) => `n${index}.example.com`);
  const changes = names.map(
    (name) =>
      ({
        action: 'CREATE',
        record: { name, type: 'A', ttlSeconds: 60, values: ['192.0.2.1'] },
      }) as const,
  );
  await target.zoneClient.change('Z1', changes, { comment: 'test', signal });
  const found: string[] = [];
  for await (const { name, type } of target.zoneReader.records('Z1', signal)) {
    if (type === 'A') found.push(name);
  }
  expect(found.toSorted()).toEqual(names.toSorted());
});

test('we are told who we are', async () => {
  const { target } = await start();
  expect(await target.bucketReader.identity(signal)).toBe('arn:aws:iam::000000000000:user/AKIALAB');
});

test('nothing of the SDK is printed', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => {
    warnings.push(warning.message);
  };
  process.on('warning', onWarning);
  try {
    const { target } = await start();
    await target.bucketReader.head(at, signal);
    await target.zoneReader.zone('Z1', signal);
    await new Promise(setImmediate);
  } finally {
    process.off('warning', onWarning);
  }
  expect(warnings).toEqual([]);
});
