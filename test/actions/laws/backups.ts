// Scenarios of the backup actions for the action laws.

import type { JsonObject } from '../../../src/engine/index.ts';
import { backupRecord } from '../../../src/actions/backup/record.ts';
import type { LawScenario } from '../../contracts/action-laws.ts';
import { sha256Of } from '../../fakes/bucket-fake.ts';
import { applyAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import type { CloudWorld } from '../../fakes/cloud-world.ts';
import { snapshotFile } from '../../fakes/etcd-fake.ts';

export const prefix = 'dr/clusters/prod';
export const firstId = '20261122-031502-aws-backup-k3f9';

export function recordParams(id = firstId, more: JsonObject = {}): JsonObject {
  const snapshot = snapshotFile(`content of ${id}`);
  return {
    target: 'aws',
    bucket: 'plain',
    of: 'clusters/prod',
    folder: `${prefix}/${id}`,
    snapshot: {
      file: 'etcd.db',
      sizeBytes: snapshot.byteLength,
      sha256: sha256Of(snapshot),
      revision: 4711,
    },
    objects: { from: 'objects', count: 2 },
    facts: { infraId: 'prod-x7k2p', instances: ['i-1', 'i-2'] },
    ...more,
  };
}

const exported: Readonly<Record<string, string>> = {
  'selected/Secret/clusters/pull.json': '{\n  "kind": "Secret"\n}\n',
  'selected/HostedCluster/clusters/prod.json': '{ "not": "as we write it" }',
};

const index = {
  format: 1,
  objects: Object.entries(exported).map(([file, text]) => ({
    file,
    digest: `sha256:${sha256Of(Buffer.from(text))}`,
  })),
};

export const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(exported).map(([name, text]) => [`objects/${name}`, text])),
  'objects/index.json': `${JSON.stringify(index, null, 2)}\n`,
};

/** The snapshot is in the bucket and the export in the run. */
export function prepared(id = firstId): CloudWorld {
  const cloud = cloudWorld();
  prepare(cloud, id);
  return cloud;
}

export function prepare({ world, buckets }: CloudWorld, id = firstId): void {
  buckets.put(
    { bucket: 'plain', key: `${prefix}/${id}/etcd.db` },
    snapshotFile(`content of ${id}`),
  );
  for (const [name, text] of Object.entries(files)) {
    world.artifacts.files.set(name, Buffer.from(text));
  }
}

/** With a complete backup, and nothing in the run. */
export async function backedUp(...ids: readonly string[]): Promise<CloudWorld> {
  const cloud = cloudWorld();
  for (const id of ids.length === 0 ? [firstId] : ids) {
    prepare(cloud, id);
    await applyAction(cloud.world, backupRecord, recordParams(id));
  }
  cloud.world.artifacts.files.clear();
  cloud.world.faults.reset();
  return cloud;
}

export const findParams: JsonObject = {
  target: 'aws',
  bucket: 'plain',
  of: 'clusters/prod',
  prefix,
};

export async function fetchParams(): Promise<JsonObject> {
  const { world } = prepared();
  const { objects } = await applyAction(world, backupRecord, recordParams());
  const { key, sizeBytes, sha256, count } = objects as JsonObject;
  return {
    target: 'aws',
    bucket: 'plain',
    key: key ?? '',
    sizeBytes: sizeBytes ?? 0,
    sha256: sha256 ?? '',
    count: count ?? 0,
    to: 'objects',
  };
}

export const backupLaws: Readonly<Record<string, readonly LawScenario[]>> = {
  'backup.record': [
    {
      title: 'a snapshot and an export',
      params: recordParams(),
      build: () => prepared().world,
    },
  ],
  'backup.find': [
    {
      title: 'one backup',
      params: findParams,
      build: async () => (await backedUp()).world,
    },
  ],
  'backup.fetch': [
    {
      title: 'the objects of a backup',
      params: await fetchParams(),
      build: async () => (await backedUp()).world,
    },
  ],
  'flow.values': [
    {
      title: 'two values',
      params: { values: { one: '1', text: "'a' + 'b'" }, that: '1 < 2' },
      build: () => cloudWorld().world,
    },
  ],
};
