import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const blockBytes = 32 * 1024 * 1024;

/** Writes a file that no compression helps with. */
export async function writeContent(file: string, sizeBytes: number): Promise<void> {
  const block = randomBytes(blockBytes);
  const handle = await open(file, 'w', 0o600);
  try {
    for (let written = 0; written < sizeBytes; written += blockBytes) {
      block.writeUInt32LE(written / blockBytes);
      await handle.writeFile(block.subarray(0, Math.min(blockBytes, sizeBytes - written)));
    }
  } finally {
    await handle.close();
  }
}
