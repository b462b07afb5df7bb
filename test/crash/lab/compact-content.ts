// All that a world on the compact servers holds, in words that are the same for every run that did the same.

import { setTimeout } from 'node:timers/promises';
import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { numberAt } from '../../../src/lab/cluster/objects.ts';
import { plain } from '../processes/names.ts';
import { zoneOf } from './compact-seed.ts';
import type { CompactServers } from './compact-servers.ts';
import { plainObject } from './plain-object.ts';

const REST_MS = 30_000;
const POLL_MS = 20;

/** Name of a thing → its content. */
export type WorldContent = Readonly<Record<string, unknown>>;

/** Once its controllers have come to rest, which they do by themselves a little after a run has ended. */
export async function contentOf(of: CompactServers, name: string): Promise<WorldContent> {
  const deadline = performance.now() + REST_MS;
  while (performance.now() < deadline && !isAtRest(of, name)) await setTimeout(POLL_MS);
  const parts = [objectsOf(of, name), await bucketOf(of, name), await recordsOf(of, name)];
  const files = of.filesOf(name).paths();
  const inPod = files.map((file) => [`file in etcd-0 ${plain(file)}`, true] as const);
  return Object.assign({}, ...parts, Object.fromEntries(inPod)) as WorldContent;
}

function isAtRest({ kube }: CompactServers, name: string): boolean {
  const deployments = [...kube.storage.all()].flatMap(([, object]) =>
    object.kind === 'Deployment' && isIn(name, object.metadata.namespace) ? [object] : [],
  );
  return deployments.every((one) => {
    const wanted = numberAt(one, 'spec', 'replicas') ?? 1;
    return ['replicas', 'updatedReplicas', 'readyReplicas'].every(
      (count) => (numberAt(one, 'status', count) ?? 0) === wanted,
    );
  });
}

function isIn(name: string, place: string | undefined): boolean {
  return place === name || place === `${name}-copy`;
}

function objectsOf({ kube }: CompactServers, name: string): WorldContent {
  const content: Record<string, unknown> = {};
  for (const [, object] of kube.storage.all()) {
    if (!isIn(name, object.metadata.namespace ?? object.metadata.name)) continue;
    const { title, body } = plainObject(object);
    content[normal(title, name)] = JSON.parse(normal(JSON.stringify(body), name));
  }
  return content;
}

async function bucketOf({ s3 }: CompactServers, name: string): Promise<WorldContent> {
  const content: Record<string, unknown> = {};
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: name }));
  for (const [index, { Key = '', Size, IsLatest }] of Versions.entries()) {
    const title = `object ${plain(Key)}`;
    content[title in content ? `${title}, another version, ${index}` : title] = { Size, IsLatest };
  }
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: name }));
  for (const { Key = '', UploadId } of Uploads) {
    const { Parts } = await s3.send(new ListPartsCommand({ Bucket: name, Key, UploadId }));
    // One without any part holds nothing; it could not be recorded before it was there.
    if (Parts !== undefined) content[`unfinished upload ${plain(Key)}`] = Parts.length;
  }
  return content;
}

async function recordsOf({ route53 }: CompactServers, name: string): Promise<WorldContent> {
  const zone = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zoneOf(name) }),
  );
  const records = (zone.ResourceRecordSets ?? []).map(
    (set) => [`record ${normal(set.Name ?? '', name)} ${set.Type}`, set.ResourceRecords] as const,
  );
  return Object.fromEntries(records);
}

function normal(text: string, name: string): string {
  return plain(text)
    .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'NAME')
    .replaceAll(/\?X-Amz-[^"]*/g, '?SIGNED');
}
