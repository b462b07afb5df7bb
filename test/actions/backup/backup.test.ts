// A backup in a bucket: complete or not there, found only when it is whole, and fetched byte for byte.

import { describe, expect, it } from 'vitest';
import { backupFetch } from '../../../src/actions/backup/fetch.ts';
import { backupFind } from '../../../src/actions/backup/find.ts';
import { backupRecord } from '../../../src/actions/backup/record.ts';
import { flowValues } from '../../../src/actions/flow/values.ts';
import { s3Upload } from '../../../src/actions/s3/upload.ts';
import type { JsonObject } from '../../../src/engine/index.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import type { CloudWorld } from '../../fakes/cloud-world.ts';
import { StepMemory } from '../../fakes/contexts.ts';
import {
  backedUp,
  fetchParams,
  files,
  findParams,
  firstId,
  prefix,
  prepared,
  recordParams,
} from '../laws/backups.ts';

const older = '20261120-000000-aws-backup-aaaa';
const newer = '20261124-000000-aws-backup-zzzz';
const at = (name: string, id = firstId) => ({ bucket: 'plain', key: `${prefix}/${id}/${name}` });

describe('backup.record', () => {
  it('writes a manifest that names every part and what a restore has to know', async () => {
    const { world, buckets } = prepared();
    const outputs = await applyAction(world, backupRecord, recordParams());
    const chunks: Uint8Array[] = [];
    for await (const chunk of buckets.read(at('backup.json'))) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
      format: 1,
      id: firstId,
      of: 'clusters/prod',
      createdAt: '2026-01-01T00:00:00.000Z',
      drctl: '1.0.0',
      snapshot: { file: 'etcd.db', revision: 4711 },
      objects: { file: 'objects.ndjson', count: 2 },
      facts: { infraId: 'prod-x7k2p', instances: ['i-1', 'i-2'] },
    });
    expect(outputs).toMatchObject({
      id: firstId,
      folder: `${prefix}/${firstId}`,
      snapshot: { key: `${prefix}/${firstId}/etcd.db` },
    });
  });

  it('leaves no manifest when the export is not complete: there is no backup then', async () => {
    const { world, buckets } = prepared();
    world.artifacts.files.delete('objects/index.json');
    await expect(applyAction(world, backupRecord, recordParams())).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
    });
    expect(await buckets.head(at('backup.json'))).toBeUndefined();
  });

  it('is not undone: the only backup must not go with a run that is rolled back', async () => {
    expect(backupRecord.undo).toEqual({
      possible: false,
      because: 'a backup outlives the run that made it',
    });
    const { world, buckets } = prepared();
    world.artifacts.files.set('etcd.db', Buffer.from('s'));
    const upload = {
      target: 'aws',
      ...at('copy.db'),
      from: 'etcd.db',
      keptBy: at('backup.json').key,
    };
    const memory = new StepMemory();
    await applyAction(world, s3Upload, upload, { memory });
    await applyAction(world, backupRecord, recordParams());
    await undoAction(world, s3Upload, upload, memory);
    expect(await buckets.head(at('copy.db'))).toBeDefined();
    await buckets.remove(at('backup.json'));
    await undoAction(world, s3Upload, upload, memory);
    expect(await buckets.head(at('copy.db'))).toBeUndefined();
  });
});

const find = (cloud: CloudWorld, more: JsonObject = {}) =>
  applyAction(cloud.world, backupFind, { ...findParams, ...more });

describe('backup.find', () => {
  it('gives the newest, or the one that is named, with all that was recorded', async () => {
    const cloud = await backedUp(newer, older, firstId);
    expect(await find(cloud)).toMatchObject({
      id: newer,
      snapshot: { key: `${prefix}/${newer}/etcd.db`, revision: 4711 },
      objects: { count: 2 },
      facts: { instances: ['i-1', 'i-2'] },
      passedOver: [],
    });
    expect(await find(cloud, { id: older })).toMatchObject({ id: older });
  });

  const damages: readonly {
    readonly what: string;
    readonly because: string;
    damage(cloud: CloudWorld): void | Promise<void>;
  }[] = [
    {
      what: 'a snapshot of another size',
      because: 'etcd.db has 5 bytes, not',
      damage: ({ buckets }) => buckets.put(at('etcd.db', newer), 'short'),
    },
    {
      what: 'objects of the same size with another content',
      because: 'objects.ndjson has the SHA-256',
      damage: async ({ buckets }) => {
        const { sizeBytes = 0 } = (await buckets.head(at('objects.ndjson', newer))) ?? {};
        buckets.put(at('objects.ndjson', newer), 'x'.repeat(sizeBytes));
      },
    },
    {
      what: 'no snapshot',
      because: 'etcd.db is missing',
      damage: ({ buckets }) => buckets.remove(at('etcd.db', newer)),
    },
    {
      what: 'no manifest',
      because: 'it has no backup.json, so it was never finished',
      damage: ({ buckets }) => buckets.remove(at('backup.json', newer)),
    },
    {
      what: 'a manifest that is cut short',
      because: 'backup.json cannot be used: it is no JSON',
      damage: ({ buckets }) => buckets.put(at('backup.json', newer), '{ "format": 1,'),
    },
    {
      what: 'a manifest of a later format',
      because: 'backup.json cannot be used: it has not the shape',
      damage: ({ buckets }) => buckets.put(at('backup.json', newer), '{ "format": 2 }'),
    },
  ];
  it.each(damages)(
    'passes over a newer one with $what, and says why',
    async ({ damage, because }) => {
      const cloud = await backedUp(older, newer);
      await damage(cloud);
      const found = await find(cloud);
      expect(found).toMatchObject({
        id: older,
        passedOver: [{ id: newer, because: expect.stringContaining(because) }],
      });
      const { warnings = [] } = await planAction(cloud.world, backupFind, findParams);
      expect(warnings.join('\n')).toContain(`Newer backup ${newer} is passed over: ${because}`);
    },
  );

  it('reads what the bucket keeps no checksum of', async () => {
    const cloud = await backedUp(older, newer);
    const head = cloud.buckets.head.bind(cloud.buckets);
    cloud.buckets.head = async (address) => {
      const object = await head(address);
      if (object === undefined) return undefined;
      const { sha256: _none, ...rest } = object;
      return rest;
    };
    expect(await find(cloud)).toMatchObject({ id: newer });
    const { sizeBytes = 0 } = (await head(at('etcd.db', newer))) ?? {};
    cloud.buckets.put(at('etcd.db', newer), 'x'.repeat(sizeBytes));
    expect(await find(cloud)).toMatchObject({ id: older });
  });

  it('never takes the backup of another cluster', async () => {
    await expect(find(await backedUp(), { of: 'clusters/other' })).rejects.toMatchObject({
      code: 'BACKUP_MISSING',
      message: expect.stringContaining('it is one of clusters/prod'),
    });
  });

  it('says where it looked when there is none', async () => {
    await expect(find(cloudWorld())).rejects.toMatchObject({
      code: 'BACKUP_MISSING',
      message: `There is no backup of clusters/prod in s3://plain/${prefix}/`,
    });
  });

  it('does not take a bucket that does not answer for one without backups', async () => {
    const cloud = await backedUp(older, newer);
    cloud.world.faults.cutCall(3, 'before');
    await expect(find(cloud)).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE' });
  });

  it('warns at the top of the plan how old it is and that later writes are lost', async () => {
    const { world } = await backedUp();
    const now = new Date('2026-01-02T01:30:00Z');
    const plan = await planAction(world, backupFind, { ...findParams, maxAge: '24h' }, { now });
    expect(plan.warnings).toEqual([
      `clusters/prod is restored from backup ${firstId} of 2026-01-01T00:00:00.000Z, 25h 30m old (etcd revision 4711): everything written since then is lost`,
      `Backup ${firstId} is older than 24h`,
    ]);
  });
});

describe('backup.fetch', () => {
  it('gives back the export byte for byte', async () => {
    const { world } = await backedUp();
    await applyAction(world, backupFetch, await fetchParams());
    const fetched = [...world.artifacts.files].map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString(),
    ]);
    expect(Object.fromEntries(fetched)).toEqual(files);
  });

  it('makes no export of an archive that is not the recorded one', async () => {
    const { world, buckets } = await backedUp();
    buckets.put(at('objects.ndjson'), '{"name":"index.json","text":"forged"}\n');
    await expect(applyAction(world, backupFetch, await fetchParams())).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
    });
    expect(world.artifacts.files.has('objects/index.json')).toBe(false);
  });

  it.each(['{"name":"../../etc/passwd","text":"x"}', 'no json', '{"name":"a"}'])(
    'refuses a line that is no file of an export: %s',
    async (line) => {
      const { world, buckets } = await backedUp();
      buckets.put(at('objects.ndjson'), `${line}\n`);
      await expect(applyAction(world, backupFetch, await fetchParams())).rejects.toMatchObject({
        code: 'DATA_CORRUPT',
      });
      expect([...world.artifacts.files.keys()]).toEqual([]);
    },
  );
});

describe('flow.values', () => {
  it('fails in the words of the runbook when its condition is not true', async () => {
    const { world } = cloudWorld();
    const params = { values: { a: '1' }, that: '1 > 2', message: 'There is nothing to restore' };
    await expect(applyAction(world, flowValues, params)).rejects.toMatchObject({
      code: 'ASSERTION_FAILED',
      message: 'There is nothing to restore',
    });
  });
});
