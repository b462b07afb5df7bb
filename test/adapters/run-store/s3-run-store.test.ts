// What is particular to runs in S3: which buckets are refused, and what else is read there.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLocation } from '../../../src/adapters/run-store/s3/location.ts';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';
import { createServers } from './s3-servers.ts';
import { contents, openProcess, prefix, put } from './s3-state.ts';

const by = operatorOf();
const servers = createServers();
const { machine } = servers;

describe('a bucket that is not fit for runs', () => {
  it('is refused when everyone can read it, and nothing is written to it', async () => {
    const { store, connection } = machine({ bucket: 'open' });
    await expect(store.create(runHeader('run-1'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining('open to the public'),
    });
    await expect(store.open('run-1', { by })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await contents({ connection }, '', 'open')).toEqual(new Map());
  });

  it('is told about when it cannot be seen whether everyone can read it', async () => {
    const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    const { store, notices } = machine({
      between: {
        before: ({ command }) => {
          if (/^GetBucket|^GetPublicAccessBlock/.test(command)) {
            throw Object.assign(new Error('Access Denied'), denied);
          }
        },
      },
    });
    await store.create(runHeader('run-1'));
    expect(notices).toEqual([expect.stringMatching(/open to the public cannot be told/)]);
  });

  it('is refused when it is not there', async () => {
    const { store } = machine({ bucket: 'absent' });
    await expect(store.create(runHeader('run-1'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: 'There is no bucket absent',
    });
  });

  it.each(['check', 'list', 'header', 'read'] as const)(
    'is said not to be there before anything is written: %s',
    async (call) => {
      const { own: store } = machine({ bucket: 'absent' });
      const calls = {
        check: () => store.check(),
        list: () => store.list(),
        header: () => store.header('run-1'),
        read: () => store.read('run-1')[Symbol.asyncIterator]().next(),
      };
      await expect(calls[call]()).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: 'There is no bucket absent',
        hint: expect.stringContaining('--state'),
      });
    },
  );

  it('is refused when its server ignores conditions, and no run is left there', async () => {
    const { store, connection } = machine({ between: { ignoresConditions: true } });
    await expect(store.create(runHeader('run-1'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining('two writers of a run could not be kept apart'),
    });
    expect(await store.list()).toEqual([]);
    expect([...(await contents({ connection }, 'runs/run-1/lease-')).keys()]).toEqual([]);
  });

  it('is refused also for a run that was begun through a better server', async () => {
    const lease = await machine().store.create(runHeader('run-1'));
    await lease.release();
    const { store } = machine({ between: { ignoresConditions: true } });
    await expect(store.open('run-1', { by })).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
  });

  it('is refused when its server says that it knows no conditions', async () => {
    const { store } = machine();
    servers.fault = ({ method }) =>
      method === 'PUT' ? { status: 501, code: 'NotImplemented', message: 'No.' } : undefined;
    await expect(store.create(runHeader('run-1'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining('does not honour'),
    });
  });
});

describe('what is in the bucket', () => {
  it('is found without a region, wherever the bucket is', async () => {
    const { region: _region, ...settings } = servers.settings;
    const before = { ...process.env };
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE'])
      delete process.env[name];
    try {
      const opened = openProcess(settings);
      expect(await (await opened.connection.s3()).client.config.region()).toBe('us-east-1');
      opened.store.close();
    } finally {
      Object.assign(process.env, before);
    }
  });

  it('is passed over when it is a run whose header was never written, and told when it is damaged', async () => {
    const { store, notices, connection } = machine();
    await (await store.create(runHeader('run-1'))).release();
    await put({ connection }, 'runs/run-2/journal/000000000001.ndjson', '');
    await put({ connection }, 'runs/run-3/run.json', '{');
    expect((await store.list()).map(({ runId }) => runId)).toEqual(['run-1']);
    expect(notices).toEqual([expect.stringContaining('run-3')]);
  });

  it('tells of a place whether a run was begun there, and says nothing of places it cannot see', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drctl-home-'));
    const { store, own } = machine();
    await store.create(runHeader('run-1'));
    const home = await own.home('run-1');
    expect(home).toBe(`s3://plain/${prefix}runs/run-1`);
    expect(await own.wasBegun(home)).toBe(true);
    expect(await own.wasBegun(await own.home('run-2'))).toBe(false);
    expect(await own.wasBegun('s3://another/runs/run-1')).toBeUndefined();
    expect(await own.wasBegun(join(folder, 'run-1'))).toBe(false);
    expect(await own.wasBegun(join(folder, 'absent', 'run-1'))).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  it.each(['s3://', 's3:///x', 's3://UPPER/x', 's3://b/x', 's3://bucket/a//b', 's3://bucket/../b'])(
    'is at a place with a name: not %s',
    (uri) => {
      expect(() => parseLocation(uri)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );

  it.each([
    ['s3://bucket', { bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
    ['s3://bucket/a/b/', { bucket: 'bucket', prefix: 'a/b/' }],
  ])('is at %s', (uri, location) => {
    expect(parseLocation(uri)).toEqual(location);
  });
});

it('leaves the lease of its successor alone when it is released', async () => {
  const first = machine();
  const lost = await first.store.create(runHeader('run-1'));
  const second = machine();
  await second.store.open('run-1', { by: { ...by, user: 'successor' }, takeover: true });
  await lost.release();
  expect(await second.store.holder('run-1')).toMatchObject({ user: 'successor' });
});
