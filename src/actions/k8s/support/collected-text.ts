// Text that is collected piece by piece, as UTF-8 in blocks that are used again and again. Kept as strings, the pieces would
// be so many small things that live long that the heap grows to a multiple of what they hold.

export interface CollectedText {
  readonly sizeBytes: number;
  append(text: string): void;
  /** All that was appended: valid until the next call of any other. */
  chunks(): readonly Uint8Array[];
  clear(): void;
}

const blockBytes = 256 * 1024;
/** In UTF-8, of each UTF-16 unit of a string. */
const mostBytesPerUnit = 3;

interface Block {
  readonly bytes: Buffer;
  used: number;
}

export function createCollectedText(): CollectedText {
  let blocks: Block[] = [];
  let filled = 0;
  let sizeBytes = 0;
  /** One with room for so many: the one that is being filled, the next that is there from before, or a new one. */
  const blockFor = (needed: number): Block => {
    const current = blocks[filled];
    if (current !== undefined && current.used + needed <= current.bytes.byteLength) return current;
    if (current !== undefined && current.used > 0) filled += 1;
    const next = blocks[filled];
    if (next !== undefined && needed <= next.bytes.byteLength) return next;
    const made = { bytes: Buffer.allocUnsafeSlow(Math.max(blockBytes, needed)), used: 0 };
    blocks = [...blocks.slice(0, filled), made];
    return made;
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    append(text) {
      const block = blockFor(text.length * mostBytesPerUnit);
      const written = block.bytes.write(text, block.used);
      block.used += written;
      sizeBytes += written;
    },
    chunks: () =>
      blocks.filter(({ used }) => used > 0).map(({ bytes, used }) => bytes.subarray(0, used)),
    clear() {
      for (const block of blocks) block.used = 0;
      filled = 0;
      sizeBytes = 0;
    },
  };
}
