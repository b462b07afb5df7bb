// Artifacts in S3: streamed in parts, seen when complete, and never half one writer's and half another's.

import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';
import { createServers } from './s3-servers.ts';
import { contents, prefix, put, reset } from './s3-state.ts';
import type { Sent } from './s3-state.ts';

const by = operatorOf();
const { machine } = createServers();

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const chunk of content) found.push(Uint8Array.from(chunk));
  return Buffer.concat(found);
}

const big = randomBytes(33 * 1024 * 1024);

async function* cut(): AsyncIterable<Uint8Array> {
  yield big;
  throw new Error('cut');
}

describe('artifacts', () => {
  const at = 'runs/run-1/artifacts/etcd.db';
  const isSent =
    (command: string, key = at) =>
    (sent: Sent): boolean =>
      sent.command === command && sent.key === `${prefix}${key}`;

  it('of many parts come back whole, with their digest recorded', async () => {
    const { store, connection } = machine();
    const { artifacts } = await store.create(runHeader('run-1'));
    const written = { sizeBytes: big.byteLength, sha256: sha256(big) };
    expect(await artifacts.write('etcd.db', chunks(big))).toEqual(written);
    expect(await artifacts.stat('etcd.db')).toEqual({ sizeBytes: big.byteLength });
    expect(big.equals(await bytesOf(artifacts.read('etcd.db')))).toBe(true);
    const tail = await bytesOf(artifacts.read('etcd.db', { start: big.byteLength - 3 }));
    expect(tail.equals(big.subarray(-3))).toBe(true);
    const recorded = (await contents({ connection }, 'runs/run-1/digests/')).values().next().value;
    expect(JSON.parse(recorded ?? '')).toMatchObject(written);
    expect(await artifacts.list('')).toEqual(['etcd.db']);
  });

  it('that are empty are there too', async () => {
    const { artifacts } = await machine().store.create(runHeader('run-1'));
    await artifacts.write('etcd.db', chunks());
    expect(await artifacts.stat('etcd.db')).toEqual({ sizeBytes: 0 });
    expect(await bytesOf(artifacts.read('etcd.db'))).toHaveLength(0);
  });

  it('that were cut short in the middle of their parts leave nothing behind', async () => {
    const { store, connection } = machine();
    const { artifacts } = await store.create(runHeader('run-1'));
    await expect(artifacts.write('etcd.db', cut())).rejects.toThrow('cut');
    expect(await artifacts.stat('etcd.db')).toBeUndefined();
    const { sdk, client } = await connection.s3();
    const open = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: 'plain' }));
    expect(open.Uploads ?? []).toEqual([]);
  });

  it('whose bytes are not those that were written are not taken for them', async () => {
    const { store, connection } = machine();
    const { artifacts } = await store.create(runHeader('run-1'));
    const { sdk, client } = await connection.s3();
    await client.send(
      new sdk.PutObjectCommand({
        Bucket: 'plain',
        Key: `${prefix}${at}`,
        Body: 'other',
        Metadata: { sha256: sha256(Buffer.from('snapshot')) },
      }),
    );
    await expect(bytesOf(artifacts.read('etcd.db'))).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
    });
  });

  it.each([
    { what: 'one write', content: Buffer.from('new'), command: 'PutObject' },
    { what: 'parts', content: big, command: 'CompleteMultipartUpload' },
  ])('of $what are there once when the answer is lost', async ({ content, command }) => {
    let left = 1;
    const { store } = machine({
      between: {
        after: (sent) => {
          if (!isSent(command)(sent) || left-- !== 1) return;
          throw reset();
        },
      },
    });
    const { artifacts } = await store.create(runHeader('run-1'));
    await artifacts.write('etcd.db', chunks(content));
    expect(left).toBeLessThan(1);
    expect(content.equals(await bytesOf(artifacts.read('etcd.db')))).toBe(true);
  });

  it.each([
    { what: 'one write', content: Buffer.from('late'), command: 'PutObject' },
    { what: 'parts', content: big, command: 'CompleteMultipartUpload' },
  ])(
    'of $what that come late do not replace those of who took over',
    { timeout: 60_000 },
    async ({ content, command }) => {
      const second = machine();
      let isLate = false;
      const first = machine({
        between: {
          before: async (sent) => {
            if (!isLate || !isSent(command)(sent)) return;
            isLate = false;
            const taken = await second.store.open('run-1', { by, takeover: true });
            await taken.artifacts.write('etcd.db', chunks('of the successor'));
          },
        },
      });
      const { artifacts } = await first.store.create(runHeader('run-1'));
      await artifacts.write('etcd.db', chunks('first'));
      isLate = true;
      await expect(artifacts.write('etcd.db', chunks(content))).rejects.toMatchObject({
        code: 'LEASE_LOST',
      });
      expect((await bytesOf(second.own.artifacts('run-1').read('etcd.db'))).toString()).toBe(
        'of the successor',
      );
    },
  );

  it('that were replaced while they are read are not given half and half', async () => {
    const second = machine();
    let isReplaced = false;
    const first = machine({
      between: {
        before: async (sent) => {
          if (isReplaced || !isSent('GetObject')(sent)) return;
          isReplaced = true;
          await put(second, at, 'other');
        },
      },
    });
    const { artifacts } = await first.store.create(runHeader('run-1'));
    await artifacts.write('etcd.db', chunks('first'));
    await expect(bytesOf(artifacts.read('etcd.db'))).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
      retryable: true,
    });
    expect((await bytesOf(artifacts.read('etcd.db'))).toString()).toBe('other');
  });
});
