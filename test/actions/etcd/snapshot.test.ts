// etcd.snapshot beyond the laws: only a whole, undamaged file becomes an artifact, from a member that is up to date, and
// nothing stays in the pod.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { etcdSnapshot } from '../../../src/actions/etcd/snapshot.ts';
import { applyAction, planAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import type { CloudWorld } from '../../fakes/cloud-world.ts';
import { StepMemory, readContext } from '../../fakes/contexts.ts';
import { snapshotFile } from '../../fakes/etcd-fake.ts';

const params = { target: 'source', namespace: 'clusters-prod', to: 'backup/etcd.db' };

function apply({ world }: CloudWorld, extra: object = {}) {
  return applyAction(world, etcdSnapshot, { ...params, ...extra });
}

function leftIn({ etcd }: CloudWorld): readonly string[] {
  return [...etcd.members.values()].flatMap(({ files }) => [...files.keys()]);
}

test('the artifact is the member’s snapshot, byte for byte, and the pod is left as it was', async () => {
  const cloud = cloudWorld();
  const file = snapshotFile(cloud.etcd.content);
  const outputs = await apply(cloud);
  expect(outputs).toEqual({
    file: 'backup/etcd.db',
    sizeBytes: file.byteLength,
    sha256: createHash('sha256').update(file).digest('hex'),
    pod: 'etcd-1',
    revision: 100,
    version: '3.5.18',
  });
  expect(Buffer.from(cloud.world.artifacts.files.get('backup/etcd.db') ?? []).equals(file)).toBe(
    true,
  );
  expect(leftIn(cloud)).toEqual([]);
});

test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
  ['cut short', (bytes) => bytes.subarray(0, -1)],
  ['cut short by whole blocks', (bytes) => bytes.subarray(0, -512)],
  ['damaged', (bytes) => bytes.map((byte, index) => (index === 7 ? byte ^ 1 : byte))],
  ['empty', () => new Uint8Array()],
])(
  'a file that comes out %s never becomes an artifact, and is removed from the pod',
  async (_, tamper) => {
    const cloud = cloudWorld();
    cloud.etcd.content = 'x'.repeat(2_000);
    cloud.etcd.tamper = tamper;
    await expect(apply(cloud)).rejects.toMatchObject({ code: 'DATA_CORRUPT' });
    expect([...cloud.world.artifacts.files.keys()]).toEqual([]);
    expect(leftIn(cloud)).toEqual([]);
  },
);

test('a member that lags behind is not used, the leader only when no other is up to date', async () => {
  const cloud = cloudWorld();
  cloud.etcd.addMember('etcd-1', { revision: 90 });
  cloud.etcd.addMember('etcd-2', { healthy: false, because: 'no quorum' });
  expect(await apply(cloud)).toMatchObject({ pod: 'etcd-0', revision: 100 });
});

test('without a healthy member it fails and says what is wrong with each', async () => {
  const cloud = cloudWorld();
  for (const name of ['etcd-0', 'etcd-1', 'etcd-2']) {
    cloud.etcd.addMember(name, { healthy: false, because: `${name} is down` });
  }
  await expect(apply(cloud)).rejects.toThrow('etcd-2: etcd-2 is down');
  await expect(apply(cloud, { pod: 'etcd-9' })).rejects.toMatchObject({ code: 'SELECTION_EMPTY' });
});

test('a volume without room is not filled up', async () => {
  const cloud = cloudWorld();
  const member = cloud.etcd.addMember('etcd-1', { dbSizeBytes: 1_000 });
  member.freeBytes = 1_050;
  await expect(apply(cloud, { pod: 'etcd-1' })).rejects.toThrow('1050 bytes free');
  expect(cloud.world.faults.writes).toBe(0);
});

test('keepInPod leaves the file where it was asked for', async () => {
  const cloud = cloudWorld();
  await apply(cloud, { keepInPod: true, directory: '/var/tmp/' });
  expect(leftIn(cloud)).toEqual(['/var/tmp/drctl-run-1-step-1.db']);
});

test('a snapshot whose artifact was damaged later is taken again', async () => {
  const cloud = cloudWorld();
  await apply(cloud);
  cloud.world.artifacts.files.set('backup/etcd.db', snapshotFile('other'));
  const { changes, notes } = await planAction(cloud.world, etcdSnapshot, params);
  expect(changes).toMatchObject([{ kind: 'run', on: { object: 'etcd of clusters-prod' } }]);
  expect(notes).toEqual([expect.stringContaining('through pod etcd-1 as it is now')]);
});

test('a plan stays the same whichever member is ahead; only one that was asked for is part of it', async () => {
  const cloud = cloudWorld();
  const before = await planAction(cloud.world, etcdSnapshot, params);
  cloud.etcd.addMember('etcd-1', { revision: 90 });
  const after = await planAction(cloud.world, etcdSnapshot, params);
  expect(after.notes).not.toEqual(before.notes);
  expect(after.changes).toEqual(before.changes);
  const one = await planAction(cloud.world, etcdSnapshot, { ...params, pod: 'etcd-0' });
  expect(one.changes).toMatchObject([{ on: { object: 'Pod clusters-prod/etcd-0' } }]);
});

test('a snapshot whose file is still in the pod is not done: the next attempt removes it and takes nothing anew', async () => {
  const cloud = cloudWorld();
  const memory = new StepMemory();
  const outputs = await applyAction(cloud.world, etcdSnapshot, params, { memory });
  const asked = {
    ...readContext(cloud.world),
    undoEntries: memory.undo,
    token: memory.token,
  };
  const probe = () => etcdSnapshot.probe(params, asked);
  expect(await probe()).toEqual({ found: 'done', outputs });
  // Killed before it had cleaned up.
  const member = cloud.etcd.members.get('etcd-1');
  member?.files.set(`/var/lib/drctl-${memory.token}.db`, new Uint8Array(1));
  expect(await probe()).toEqual({ found: 'not-done' });
  cloud.etcd.content = 'newer';
  expect(await applyAction(cloud.world, etcdSnapshot, params, { memory })).toEqual(outputs);
  expect(leftIn(cloud)).toEqual([]);
  expect(await probe()).toEqual({ found: 'done', outputs });
  cloud.etcd.members.delete('etcd-1');
  expect(await probe()).toEqual({ found: 'done', outputs });
});
