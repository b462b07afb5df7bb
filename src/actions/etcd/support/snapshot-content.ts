// The integrity of an etcd snapshot file, told without etcd: a file that etcd's own tools saved ends with the SHA-256 of
// everything before it, and since databases are whole 512-byte blocks, its size leaves 32 when divided by 512.
// https://github.com/etcd-io/etcd/blob/main/etcdutl/snapshot/v3_snapshot.go

import { createHash } from 'node:crypto';
import { DrctlError } from '../../../engine/index.ts';

const trailerBytes = 32;
const blockBytes = 512;

/**
 * Passes the bytes on as they come and throws DATA_CORRUPT at the end when the file is not a whole snapshot, so that a
 * writer that commits at the end never commits a broken one. `name` is for messages.
 */
export async function* verifiedSnapshot(
  content: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  // The last 32 bytes seen so far: they may be the trailer, so they are not hashed yet.
  let tail: Uint8Array = new Uint8Array();
  for await (const chunk of content) {
    sizeBytes += chunk.byteLength;
    tail = hashAllButTail(hash, tail, chunk);
    yield chunk;
  }
  if (sizeBytes % blockBytes !== trailerBytes) {
    throw new DrctlError(
      'DATA_CORRUPT',
      `${name} is not a whole etcd snapshot: ${sizeBytes} bytes, which leaves ${sizeBytes % blockBytes} when divided by 512 instead of 32`,
      { hint: 'It was cut short, or it was copied from the data directory instead of saved' },
    );
  }
  const computed = hash.digest('hex');
  const recorded = Buffer.from(tail).toString('hex');
  if (computed === recorded) return;
  throw new DrctlError(
    'DATA_CORRUPT',
    `${name} is damaged: its content has the SHA-256 ${computed}, its trailer says ${recorded}`,
  );
}

function hashAllButTail(
  hash: ReturnType<typeof createHash>,
  tail: Uint8Array,
  chunk: Uint8Array,
): Uint8Array {
  if (chunk.byteLength >= trailerBytes) {
    hash.update(tail);
    hash.update(chunk.subarray(0, chunk.byteLength - trailerBytes));
    // A copy: whoever gave the chunk may reuse its memory.
    return Uint8Array.from(chunk.subarray(chunk.byteLength - trailerBytes));
  }
  const joined = Buffer.concat([tail, chunk]);
  const keptFrom = Math.max(0, joined.length - trailerBytes);
  hash.update(joined.subarray(0, keptFrom));
  return joined.subarray(keptFrom);
}
