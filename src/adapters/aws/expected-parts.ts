// The parts of a content, held against what was announced of it: a part with another checksum than its own is never sent.
// Where the checksums of the parts are not known, the SHA-256 of the whole is computed on the way, and must be right at the
// end.

import { createHash } from 'node:crypto';
import type { UploadOptions } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { partsOf } from './parts.ts';
import type { Part } from './parts.ts';

type Announced = Pick<UploadOptions, 'content' | 'sizeBytes' | 'sha256' | 'partChecksums'>;

interface Cut {
  readonly partSizeBytes: number;
  readonly buffers: number;
  /** Of the object, for messages. */
  readonly uri: string;
}

/** Ends only when all of the content had the announced size, and SHA-256 or parts: else it throws DATA_CORRUPT. */
export function expectedParts(announced: Announced, cut: Cut): AsyncGenerator<Part> {
  const { partChecksums } = announced;
  return partChecksums?.partSizeBytes === cut.partSizeBytes
    ? checkedEach(announced, partChecksums.crc32, cut)
    : checkedWhole(announced, cut);
}

/** Looked at here and not left to the server: not every server that takes a checksum verifies it. */
async function* checkedEach(
  { content, sizeBytes }: Announced,
  checksums: readonly number[],
  cut: Cut,
): AsyncGenerator<Part> {
  let seenBytes = 0;
  for await (const part of partsOf(content, cut)) {
    if (part.crc32 !== checksums[part.number - 1]) {
      throw changed(`Part ${part.number} of the content for ${cut.uri} is not what was announced`);
    }
    seenBytes += part.bytes.byteLength;
    yield part;
  }
  if (seenBytes === sizeBytes) return;
  throw changed(`The content for ${cut.uri} has ${seenBytes} bytes, expected are ${sizeBytes}`);
}

async function* checkedWhole(announced: Announced, cut: Cut): AsyncGenerator<Part> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of announced.content) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      yield chunk;
    }
  };
  yield* partsOf(hashed(), cut);
  checkContent(announced, { sizeBytes, sha256: hash.digest('hex') }, cut.uri);
}

/** Throws DATA_CORRUPT where size or SHA-256 is another. */
export function checkContent(
  announced: Pick<UploadOptions, 'sizeBytes' | 'sha256'>,
  found: { readonly sizeBytes: number; readonly sha256: string },
  uri: string,
): void {
  if (found.sizeBytes === announced.sizeBytes && found.sha256 === announced.sha256) return;
  throw changed(
    `The content for ${uri} is ${found.sizeBytes} bytes with the SHA-256 ${found.sha256}, expected are ${announced.sizeBytes} bytes with ${announced.sha256}`,
  );
}

function changed(message: string): DrctlError {
  return new DrctlError('DATA_CORRUPT', message, {
    hint: 'The file was changed while it was uploaded',
  });
}
