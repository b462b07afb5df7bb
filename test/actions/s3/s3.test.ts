import { expect, test } from 'vitest';
import { s3Assert } from '../../../src/actions/s3/assert.ts';
import { s3Download } from '../../../src/actions/s3/download.ts';
import { s3Presign } from '../../../src/actions/s3/presign.ts';
import { s3Upload } from '../../../src/actions/s3/upload.ts';
import type { JsonObject } from '../../../src/engine/index.ts';
import { sha256Of } from '../../fakes/bucket-fake.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import type { CloudWorld } from '../../fakes/cloud-world.ts';
import { StepMemory } from '../../fakes/contexts.ts';

const object = { target: 'aws', bucket: 'plain', key: 'prod/etcd.db' };

function withArtifact(content = 'snapshot'): CloudWorld {
  const cloud = cloudWorld();
  cloud.world.artifacts.files.set('etcd.db', Buffer.from(content));
  return cloud;
}

test('an upload that replaces another object is disruptive where nothing keeps the old one, and undo then keeps ours', async () => {
  const { world, buckets } = withArtifact();
  const params = { ...object, from: 'etcd.db' };
  buckets.put(object, 'other');
  const { changes } = await planAction(world, s3Upload, params);
  expect(changes).toMatchObject([{ kind: 'run', risk: 'disruptive' }]);
  const memory = new StepMemory();
  await applyAction(world, s3Upload, params, { memory });
  const uploaded = buckets.state();
  await undoAction(world, s3Upload, params, memory);
  expect(buckets.state()).toEqual(uploaded);
  const kept = await planAction(world, s3Upload, { ...params, bucket: 'versioned' });
  expect(kept.changes).toMatchObject([{ kind: 'run', risk: 'safe' }]);
});

test('undo leaves an object that was there with the same content before', async () => {
  const { world, buckets } = withArtifact();
  buckets.put(object, 'snapshot');
  const before = buckets.state();
  const memory = new StepMemory();
  await applyAction(world, s3Upload, { ...object, from: 'etcd.db' }, { memory });
  await undoAction(world, s3Upload, { ...object, from: 'etcd.db' }, memory);
  expect(buckets.state()).toEqual(before);
});

test('undo takes away every version that an upload left whose answers were lost', async () => {
  const { world, buckets } = withArtifact();
  const address = { ...object, bucket: 'versioned' };
  buckets.put(address, 'before');
  const before = buckets.state();
  const params = { ...address, from: 'etcd.db' };
  const memory = new StepMemory();
  await applyAction(world, s3Upload, params, { memory });
  // The SDK sent it a second time.
  buckets.put(address, 'snapshot');
  await undoAction(world, s3Upload, params, memory);
  expect(buckets.state()).toEqual(before);
});

test('a file that is not the expected one is not uploaded', async () => {
  const { world, buckets } = withArtifact();
  await expect(
    applyAction(world, s3Upload, { ...object, from: 'etcd.db', sha256: '0'.repeat(64) }),
  ).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
  await expect(
    applyAction(world, s3Upload, { ...object, from: 'etcd.db', partSize: '1Mi' }),
  ).rejects.toMatchObject({ code: 'PARAMS_INVALID' });
  expect(buckets.state()).toEqual([]);
});

test('a local file is uploaded by its path', async () => {
  const { world, buckets } = cloudWorld({ './backup.db': 'local' });
  await applyAction(world, s3Upload, { ...object, from: './backup.db' });
  expect(buckets.state()).toEqual([['plain/prod/etcd.db', [sha256Of(Buffer.from('local'))]]]);
});

test('a download with another checksum leaves no artifact', async () => {
  const { world, buckets } = cloudWorld();
  buckets.put(object, 'content');
  await expect(
    applyAction(world, s3Download, { ...object, to: 'etcd.db', sha256: '0'.repeat(64) }),
  ).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
  expect([...world.artifacts.files.keys()]).toEqual([]);
  await expect(
    applyAction(world, s3Download, { ...object, key: 'absent', to: 'etcd.db' }),
  ).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
});

test('a URL longer than its reader takes is refused', async () => {
  const { world } = cloudWorld();
  const { length } = await applyAction(world, s3Presign, object);
  const sign = (maxLength: number) => applyAction(world, s3Presign, { ...object, maxLength });
  await expect(sign(Number(length))).resolves.toMatchObject({ length });
  await expect(sign(Number(length) - 1)).rejects.toMatchObject({ code: 'ASSERTION_FAILED' });
});

test('a URL whose credentials end before it has worked long enough is refused', async () => {
  const { world, buckets } = cloudWorld();
  const sign = (extra: JsonObject = {}) => applyAction(world, s3Presign, { ...object, ...extra });
  buckets.credentialsEnd = '2026-01-01T00:30:00.000Z';
  await expect(sign()).rejects.toThrow('2026-01-01T00:30:00.000Z');
  await expect(sign({ minimumValidity: '30m' })).resolves.toMatchObject({
    expiresAt: '2026-01-01T00:30:00.000Z',
  });
  await expect(sign({ expires: '10m' })).resolves.toMatchObject({
    expiresAt: '2026-01-01T00:10:00.000Z',
  });
  await expect(sign({ expires: '8d' })).rejects.toMatchObject({ code: 'PARAMS_INVALID' });
});

test('a bucket that everyone can read, or of which nobody may tell, is refused for backups', async () => {
  const { world, buckets } = cloudWorld();
  buckets.addBucket('oidc', { public: true });
  buckets.addBucket('unknown', { public: undefined });
  const check = (bucket: string) =>
    applyAction(world, s3Assert, { target: 'aws', bucket, notPublic: true });
  await expect(check('plain')).resolves.toMatchObject({ public: false });
  await expect(check('oidc')).rejects.toThrow('everyone can read it');
  await expect(check('unknown')).rejects.toThrow('cannot be told');
});

test('s3.assert tells all that does not hold at once', async () => {
  const { world, buckets } = cloudWorld();
  buckets.addBucket('backups', { region: 'us-east-1', readOnly: true });
  buckets.put({ bucket: 'backups', key: 'k' }, 'content');
  const check = applyAction(world, s3Assert, {
    target: 'aws',
    bucket: 'backups',
    region: 'eu-central-1',
    writable: true,
    versioned: true,
    differsFrom: ['oidc', 'backups'],
    key: 'k',
    sizeBytes: 8,
    sha256: '0'.repeat(64),
  });
  await expect(check).rejects.toMatchObject({ code: 'ASSERTION_FAILED' });
  for (const fault of [
    'us-east-1',
    'may not write',
    'not versioned',
    'must not be used',
    '7 bytes',
    'SHA-256',
  ]) {
    await expect(check).rejects.toThrow(fault);
  }
  await expect(
    applyAction(world, s3Assert, { target: 'aws', bucket: 'absent' }),
  ).rejects.toMatchObject({ code: 'ASSERTION_FAILED' });
  await expect(
    applyAction(world, s3Assert, { target: 'aws', bucket: 'backups', key: 'k', exists: false }),
  ).rejects.toThrow('there is an object k');
});

test('parts that a killed attempt left behind are removed by the next one, and by undo', async () => {
  const params = { ...object, from: 'etcd.db', partSize: '5Mi' };
  const killed = async (): Promise<{ cloud: CloudWorld; memory: StepMemory }> => {
    const cloud = withArtifact('x'.repeat(6 * 1024 * 1024));
    const memory = new StepMemory();
    cloud.buckets.betweenParts = () => {
      throw new Error('killed');
    };
    const cut = applyAction(cloud.world, s3Upload, params, { memory });
    await expect(cut).rejects.toThrow('killed');
    cloud.buckets.betweenParts = undefined;
    expect([...cloud.buckets.uploads.values()]).toEqual(['plain/prod/etcd.db']);
    return { cloud, memory };
  };
  const again = await killed();
  await applyAction(again.cloud.world, s3Upload, params, { memory: again.memory });
  expect([...again.cloud.buckets.uploads]).toEqual([]);
  const undone = await killed();
  await undoAction(undone.cloud.world, s3Upload, params, undone.memory);
  expect([...undone.cloud.buckets.uploads]).toEqual([]);
  expect(undone.cloud.buckets.state()).toEqual([]);
});
