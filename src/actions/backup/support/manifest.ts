// What a backup in a bucket is: a folder of keys with everything that a restore needs, and a manifest that is written
// last. A folder with a manifest is complete; one without was never finished. File names in it are relative, so that a
// folder that was copied to another bucket is still a backup.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Check } from 'typebox/value';
import { DrctlError, parseTime } from '../../../engine/index.ts';
import type { Json, JsonObject } from '../../../engine/index.ts';
import type { BucketReader, ObjectAddress } from '../../ports.ts';

export const manifestName = 'backup.json';
export const objectsName = 'objects.ndjson';

/** Ids of runs begin with the time, so they sort by it. */
const idPattern = '^[0-9]{8}-[0-9]{6}-[a-z0-9-]+$';
/** Far more than the facts of any cluster. */
const maxManifestBytes = 4 * 1024 * 1024;

const file = {
  file: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*$' }),
  sizeBytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
};

const manifest = Type.Object({
  format: Type.Literal(1),
  id: Type.String({ pattern: idPattern }),
  of: Type.String({ minLength: 1 }),
  createdAt: Type.String(),
  drctl: Type.String(),
  snapshot: Type.Object({ ...file, revision: Type.Integer({ minimum: 0 }) }),
  objects: Type.Object({ ...file, count: Type.Integer({ minimum: 0 }) }),
  facts: Type.Unsafe<JsonObject>({ type: 'object' }),
});

export type Manifest = Static<typeof manifest>;

/** What both backup.record and backup.find give to later steps. */
export const backupOutputs = {
  id: Type.String({ description: 'Id of the run that made it' }),
  bucket: Type.String(),
  folder: Type.String({ description: 'Prefix of its keys, without a slash at the end' }),
  createdAt: Type.String({ description: 'RFC 3339, UTC' }),
  snapshot: Type.Object({
    key: Type.String(),
    sizeBytes: Type.Integer(),
    sha256: Type.String(),
    revision: Type.Integer({ description: 'etcd’s revision that it holds' }),
  }),
  objects: Type.Object({
    key: Type.String({ description: 'For backup.fetch' }),
    sizeBytes: Type.Integer(),
    sha256: Type.String(),
    count: Type.Integer({ description: 'Objects of the export' }),
  }),
  facts: Type.Unsafe<JsonObject>({
    type: 'object',
    description: 'What was recorded beside: whatever the runbook says that a restore has to know',
  }),
};

const outputsSchema = Type.Object(backupOutputs);
export type BackupOutputs = Static<typeof outputsSchema>;

export function outputsOf(
  { id, createdAt, snapshot, objects, facts }: Manifest,
  at: { readonly bucket: string; readonly folder: string },
): BackupOutputs {
  const inFolder = (name: string): string => `${at.folder}/${name}`;
  return {
    id,
    ...at,
    createdAt,
    snapshot: {
      key: inFolder(snapshot.file),
      sizeBytes: snapshot.sizeBytes,
      sha256: snapshot.sha256,
      revision: snapshot.revision,
    },
    objects: {
      key: inFolder(objects.file),
      sizeBytes: objects.sizeBytes,
      sha256: objects.sha256,
      count: objects.count,
    },
    facts,
  };
}

export function encodeManifest(value: Manifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** DATA_CORRUPT when it is none, or of a format that this drctl does not know. CLIENT_NOT_FOUND. */
export async function readManifest(
  s3: BucketReader,
  address: ObjectAddress,
  signal: AbortSignal,
): Promise<Manifest> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of s3.read(address, signal)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxManifestBytes) throw corrupt('it is larger than any manifest');
    chunks.push(chunk);
  }
  const value = parse(Buffer.concat(chunks).toString('utf8'));
  if (!Check(manifest, value) || parseTime(value.createdAt) === undefined) {
    throw corrupt('it has not the shape that this drctl knows (format 1)');
  }
  return value;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw corrupt('it is no JSON');
  }
}

function corrupt(because: string): DrctlError {
  return new DrctlError('DATA_CORRUPT', `${manifestName} cannot be used: ${because}`);
}
