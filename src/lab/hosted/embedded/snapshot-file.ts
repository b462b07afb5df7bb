// The etcd snapshot file of the lab: like etcd's own, a body padded to whole 512-byte sectors and then the SHA-256 of
// everything before it (size % 512 == 32), so that whoever checks real snapshots checks these.
// https://etcd.io/docs/v3.5/op-guide/recovery/

import { createHash } from 'node:crypto';
import type { EtcdStore } from './etcd-stores.ts';

const MAGIC = 'drctl lab etcd snapshot 1\n';
const SECTOR_BYTES = 512;
const HASH_BYTES = 32;

export interface SnapshotBody {
  readonly content: string | undefined;
  readonly revision: number;
  readonly encryptionKey: string | undefined;
}

export function encodeSnapshot(store: Omit<EtcdStore, 'id'>): Buffer {
  const body: SnapshotBody = {
    content: store.content,
    revision: store.revision,
    encryptionKey: store.encryptionKey,
  };
  const text = Buffer.from(MAGIC + JSON.stringify(body));
  const padded = Buffer.alloc(Math.ceil(text.length / SECTOR_BYTES) * SECTOR_BYTES);
  text.copy(padded);
  return Buffer.concat([padded, createHash('sha256').update(padded).digest()]);
}

/** Throws, as `snapshot restore` would, when this is no snapshot or not the whole of one. */
export function decodeSnapshot(file: Buffer): SnapshotBody {
  if (file.length % SECTOR_BYTES !== HASH_BYTES) {
    throw new Error(`snapshot missing hash: ${file.length} bytes`);
  }
  const body = file.subarray(0, file.length - HASH_BYTES);
  const hash = file.subarray(file.length - HASH_BYTES);
  if (!createHash('sha256').update(body).digest().equals(hash)) {
    throw new Error('expected sha256 does not match the snapshot');
  }
  const text = body.toString('utf8').replace(/\0+$/, '');
  if (!text.startsWith(MAGIC)) throw new Error('not a snapshot of this lab');
  return JSON.parse(text.slice(MAGIC.length)) as SnapshotBody;
}

/** The four-byte hash that `snapshot status` shows. */
export function shortHash(file: Buffer): number {
  return createHash('sha256').update(file).digest().readUInt32BE(0);
}
