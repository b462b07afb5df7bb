import { expect, test } from 'vitest';
import { etcdHealth } from '../../../src/actions/etcd/health.ts';
import { etcdVerify } from '../../../src/actions/etcd/verify.ts';
import { applyAction, planAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import { snapshotFile } from '../../fakes/etcd-fake.ts';

const members = { target: 'source', namespace: 'clusters-prod' };

test('etcd.health counts the healthy members and fails when they are too few', async () => {
  const { world, etcd } = cloudWorld();
  etcd.addMember('etcd-2', { healthy: false, because: 'deadline exceeded' });
  expect(await applyAction(world, etcdHealth, { ...members, minHealthy: 2 })).toMatchObject({
    healthy: 2,
    total: 3,
    leader: 'etcd-0',
    revision: 100,
    version: '3.5.18',
  });
  await expect(
    applyAction(world, etcdHealth, { ...members, minHealthy: 'all' }),
  ).rejects.toMatchObject({
    code: 'ASSERTION_FAILED',
    message: expect.stringContaining('etcd-2: deadline exceeded') as string,
  });
});

test('etcd.health refuses a database that is older than the snapshot', async () => {
  const { world } = cloudWorld();
  await expect(applyAction(world, etcdHealth, { ...members, minRevision: 101 })).rejects.toThrow(
    'is at revision 100, 101 is expected',
  );
});

test('etcd.health refuses a database that was written to after a revision it must not pass', async () => {
  const { world, etcd } = cloudWorld();
  const ceiling = { ...members, maxRevision: 100 };
  expect(await applyAction(world, etcdHealth, ceiling)).toMatchObject({ revision: 100 });
  etcd.addMember('etcd-2', { revision: 104 });
  await expect(applyAction(world, etcdHealth, ceiling)).rejects.toMatchObject({
    code: 'ASSERTION_FAILED',
    message: expect.stringContaining(
      'etcd-2: revision 104 is above 100: 4 keys were written since',
    ) as string,
  });
});

test('etcd.health does not take events that expire by themselves for writes', async () => {
  const { world, etcd } = cloudWorld();
  const ceiling = { ...members, maxRevision: 100 };
  const member = etcd.addMember('etcd-2', { revision: 103 });
  member.expiredAt = [101, 102, 103];
  expect(await applyAction(world, etcdHealth, ceiling)).toMatchObject({ revision: 103 });
  member.expiredAt = [101, 103];
  await expect(applyAction(world, etcdHealth, ceiling)).rejects.toThrow('1 key was written');
});

test('etcd.health refuses where the volume of the member that a snapshot is taken from has no room for it', async () => {
  const { world, etcd } = cloudWorld();
  const room = { ...members, roomForSnapshot: '/var/lib' };
  expect(await applyAction(world, etcdHealth, room)).toMatchObject({ healthy: 3 });
  // Of equals one that does not lead is taken.
  etcd.addMember('etcd-1', { dbSizeBytes: 1_000 }).freeBytes = 1_050;
  await expect(applyAction(world, etcdHealth, room)).rejects.toMatchObject({
    code: 'ASSERTION_FAILED',
    message: '/var/lib in pod etcd-1 has 1050 bytes free, the snapshot needs 1100',
  });
});

test('a namespace without etcd is an error when it is looked at, and a note in a plan', async () => {
  const { world } = cloudWorld();
  const elsewhere = { ...members, namespace: 'clusters-new' };
  await expect(applyAction(world, etcdHealth, elsewhere)).rejects.toMatchObject({
    code: 'SELECTION_EMPTY',
  });
  const { notes } = await planAction(world, etcdHealth, elsewhere);
  expect(notes?.[0]).toContain('Does not hold now');
});

test('etcd.verify accepts a whole snapshot and nothing else', async () => {
  const { world } = cloudWorld();
  const file = snapshotFile('content');
  const verify = (extra: object = {}) =>
    applyAction(world, etcdVerify, { file: 'etcd.db', ...extra });
  await expect(verify()).rejects.toMatchObject({ code: 'CLIENT_NOT_FOUND' });
  world.artifacts.files.set('etcd.db', file);
  expect(await verify()).toMatchObject({ sizeBytes: file.byteLength, integrity: 'sha256-trailer' });
  await expect(verify({ sizeBytes: 1 })).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
  await expect(verify({ sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
  world.artifacts.files.set('etcd.db', file.subarray(0, 512));
  await expect(verify()).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
});
