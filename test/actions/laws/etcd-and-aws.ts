// Scenarios of the etcd, S3, DNS and flow actions for the action laws.

import type { JsonObject } from '../../../src/engine/index.ts';
import type { LawScenario } from '../../contracts/action-laws.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import type { CloudWorld } from '../../fakes/cloud-world.ts';
import { snapshotFile } from '../../fakes/etcd-fake.ts';
import { aliasRecord, txtOwner } from '../../fakes/zone-fake.ts';

type Prepare = (cloud: CloudWorld) => void;

function scenario(
  title: string,
  params: JsonObject,
  prepare: Prepare = () => undefined,
): LawScenario {
  return {
    title,
    params,
    build: () => {
      const cloud = cloudWorld();
      prepare(cloud);
      return cloud.world;
    },
  };
}

const inNamespace = { target: 'source', namespace: 'clusters-prod' };
const object = { target: 'aws', bucket: 'versioned', key: 'prod/etcd.db' };
const zone = { target: 'aws', zone: 'Z1' };
const host = 'api.prod.example.com';

const snapshotThere: Prepare = ({ world }) => {
  world.artifacts.files.set('etcd.db', snapshotFile('content'));
};
const published: Prepare = ({ zones }) => {
  zones.addZone('Z1', 'example.com', [
    aliasRecord(host, 'lb-1.elb.amazonaws.com'),
    txtOwner('api-external-dns.prod.example.com', 'mgmt-1', 'route/clusters-prod/api'),
    txtOwner('cname-api-external-dns.prod.example.com', 'mgmt-1', 'route/clusters-prod/api'),
    aliasRecord('api.pre-prod.example.com', 'lb-2.elb.amazonaws.com'),
  ]);
};

export const etcdAndAwsLaws: Readonly<Record<string, readonly LawScenario[]>> = {
  'etcd.health': [
    scenario('all members healthy', { ...inNamespace, minHealthy: 'all', minRevision: 100 }),
    scenario('room for a snapshot', { ...inNamespace, roomForSnapshot: '/var/lib' }),
  ],
  'etcd.snapshot': [
    scenario('three members', { ...inNamespace, to: 'etcd.db' }),
    scenario('a named member and another folder', {
      ...inNamespace,
      to: 'etcd.db',
      pod: 'etcd-1',
      directory: '/tmp/',
    }),
  ],
  'etcd.verify': [scenario('a whole snapshot', { file: 'etcd.db' }, snapshotThere)],
  's3.upload': [
    scenario('a new object', { ...object, bucket: 'plain', from: 'etcd.db' }, snapshotThere),
    scenario(
      'an object that a manifest would keep',
      { ...object, bucket: 'plain', from: 'etcd.db', keptBy: 'prod/backup.json' },
      snapshotThere,
    ),
    scenario('a new version', { ...object, from: 'etcd.db' }, (cloud) => {
      snapshotThere(cloud);
      cloud.buckets.put(object, 'another content');
    }),
  ],
  's3.download': [
    scenario('an object', { ...object, to: 'etcd.db' }, ({ buckets }) => {
      buckets.put(object, snapshotFile('content'));
    }),
  ],
  's3.presign': [scenario('an object', object)],
  's3.assert': [
    scenario('a bucket', { target: 'aws', bucket: 'versioned', writable: true, notPublic: true }),
    scenario('an object in it', object, ({ buckets }) => {
      buckets.put(object, 'content');
    }),
  ],
  'dns.update': [
    scenario(
      'names released',
      { ...zone, release: { hostnames: [host], owner: 'mgmt-1' } },
      published,
    ),
    scenario(
      'records written and deleted',
      {
        ...zone,
        changes: [
          { action: 'UPSERT', name: `www.${host}`, type: 'CNAME', values: [host] },
          { action: 'UPSERT', name: host, type: 'A', ttl: 60, values: ['192.0.2.1'] },
          { action: 'DELETE', name: 'api.pre-prod.example.com', type: 'A' },
        ],
      },
      published,
    ),
  ],
  'dns.wait': [
    scenario('names that are there', { ...zone, names: [host], until: 'present' }, published),
    scenario('names that are free', { ...zone, names: ['free.example.com'], until: 'absent' }),
  ],
  'dns.assert': [
    scenario('a zone', { ...zone, covers: [host] }),
    scenario(
      'names in it',
      { ...zone, records: { names: [host], until: 'present', owner: 'mgmt-1' } },
      published,
    ),
  ],
  'flow.approve': [scenario('a question', { message: 'Go on?' })],
  'flow.sleep': [scenario('a short time', { duration: '5s' })],
};
