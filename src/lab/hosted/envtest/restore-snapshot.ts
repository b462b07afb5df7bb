// A snapshot into the data folder of a new member, by etcd's own tool. In one move at the end: a half restored folder would
// count as data the next time, and the member would start with it.
// https://etcd.io/docs/v3.5/op-guide/recovery/

import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { writePrivate } from '../../daemon/state-files.ts';
import type { Binaries } from '../../envtest/index.ts';

export interface Restoring {
  /** Of the snapshot file. */
  readonly content: Buffer;
  readonly binaries: Binaries;
  /** Beginning of the paths that are used meanwhile; on the same file system as `dataDir`. */
  readonly scratch: string;
  readonly dataDir: string;
  /** The member's name. */
  readonly name: string;
  /** Peer URL by member name; the same for all members, so that they become one cluster. */
  readonly initialCluster: ReadonlyMap<string, string>;
}

const LIMIT_MS = 5 * 60_000;
const run = promisify(execFile);

/** Rejects with what the tool said when it is no snapshot, or not the whole of one. */
export async function restoreSnapshot(restoring: Restoring): Promise<void> {
  const { binaries, scratch, name, initialCluster } = restoring;
  const [file, data] = [`${scratch}.db`, `${scratch}.data`];
  const cluster = [...initialCluster].map(([member, peer]) => `${member}=${peer}`).join(',');
  await rm(data, { recursive: true, force: true });
  await writePrivate(file, restoring.content);
  try {
    await run(
      // Since 3.6 etcdctl does not restore any more.
      binaries.etcdutl ?? binaries.etcdctl,
      [
        'snapshot',
        'restore',
        file,
        `--name=${name}`,
        `--data-dir=${data}`,
        `--initial-cluster=${cluster}`,
        `--initial-advertise-peer-urls=${initialCluster.get(name) ?? ''}`,
      ],
      { timeout: LIMIT_MS, env: { ETCDCTL_API: '3' } },
    );
    await rename(data, restoring.dataDir);
  } finally {
    await rm(file, { force: true });
  }
}
