// A snapshot's way out of the pod: room for it, the file, its bytes through exec, and its removal.

import { DrctlError } from '../../../engine/index.ts';
import type { WriteContext } from '../../../engine/index.ts';
import type { DrPorts, EtcdClient, EtcdMember, EtcdReader } from '../../ports.ts';
import { verifiedSnapshot } from './snapshot-content.ts';

/** A snapshot is as large as the database, or a little larger while it is written. */
const spaceFactor = 1.1;
const reportEveryBytes = 16 * 1024 * 1024;

export interface SpaceCheck {
  readonly etcd: EtcdReader;
  readonly member: EtcdMember;
  readonly directory: string;
  readonly dbSizeBytes: number;
  readonly signal: AbortSignal;
}

/** Throws ASSERTION_FAILED when the file system of the folder has no room: a full volume would stop etcd itself. */
export async function checkSpace(check: SpaceCheck): Promise<void> {
  const { etcd, member, directory, dbSizeBytes, signal } = check;
  const freeBytes = await etcd.freeBytes(member, directory, signal);
  const neededBytes = Math.ceil(dbSizeBytes * spaceFactor);
  if (freeBytes >= neededBytes) return;
  throw new DrctlError(
    'ASSERTION_FAILED',
    `${directory} in pod ${member.pod} has ${freeBytes} bytes free, the snapshot needs ${neededBytes}`,
    { hint: 'Set "directory" to a folder on another volume of the pod' },
  );
}

export interface Transfer {
  readonly etcd: EtcdClient;
  readonly member: EtcdMember;
  readonly path: string;
  /** Artifact. */
  readonly to: string;
  readonly ctx: WriteContext<DrPorts>;
}

/** The artifact appears only when every byte has arrived and the checksum at its end is right. */
export async function fetchSnapshot(
  transfer: Transfer,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const { etcd, member, path, to, ctx } = transfer;
  ctx.report({ message: `saving the snapshot in pod ${member.pod}` });
  await etcd.saveSnapshot(member, path, ctx.signal);
  const expectedBytes = await etcd.fileSizeBytes(member, path, ctx.signal);
  if (expectedBytes === undefined) {
    throw new DrctlError('EXEC_FAILED', `The snapshot is not at ${path} in pod ${member.pod}`);
  }
  const content = counted(etcd.readFile(member, path, ctx.signal), expectedBytes, transfer);
  return ctx.clients.artifacts.write(to, verifiedSnapshot(content, to));
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  expectedBytes: number,
  { member, path, ctx }: Transfer,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  let reported = 0;
  for await (const chunk of content) {
    done += chunk.byteLength;
    if (done - reported >= reportEveryBytes) {
      reported = done;
      ctx.report({ message: 'fetching the snapshot', done, total: expectedBytes, unit: 'bytes' });
    }
    yield chunk;
  }
  if (done === expectedBytes) return;
  throw new DrctlError(
    'DATA_CORRUPT',
    `${done} bytes of ${path} came out of pod ${member.pod}, the file has ${expectedBytes}`,
    { retryable: true },
  );
}

export interface FileInPod {
  readonly member: EtcdMember;
  readonly path: string;
}

const cleanUpMs = 30_000;
const maxCleanUps = 3;

/** Never throws: what is left in the pod is told, and a later attempt or undo removes it. */
export async function cleanUp(
  etcd: EtcdClient,
  file: FileInPod,
  ctx: WriteContext<DrPorts>,
): Promise<void> {
  for (let attempt = 1; attempt <= maxCleanUps; attempt += 1) {
    try {
      // Not under the step's signal: the file goes also when the step is interrupted.
      await removeFromPod(etcd, file, AbortSignal.timeout(cleanUpMs));
      return;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      ctx.report({
        message: `${file.path} could not be removed from pod ${file.member.pod}: ${because}`,
      });
    }
  }
}

/** A pod that is gone has taken the file with it. */
export async function removeFromPod(
  etcd: EtcdClient,
  file: FileInPod,
  signal: AbortSignal,
): Promise<void> {
  try {
    await etcd.removeFile(file.member, file.path, signal);
  } catch (error) {
    if (!(error instanceof DrctlError && error.code === 'CLIENT_NOT_FOUND')) throw error;
  }
}
