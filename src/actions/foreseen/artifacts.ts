// The files of the run, with those that earlier steps will write.

import type { ArtifactReader, ByteRange } from '../../engine/index.ts';
import type { ArtifactConsequence } from '../ports.ts';

export function foreseeArtifacts(
  artifacts: ArtifactReader,
  consequences: readonly ArtifactConsequence[],
): ArtifactReader {
  const written = new Map(consequences.map(({ name, bytes }) => [name, bytes]));
  if (written.size === 0) return artifacts;
  return {
    stat: async (name) => {
      const bytes = written.get(name);
      return bytes === undefined ? artifacts.stat(name) : { sizeBytes: bytes.byteLength };
    },
    read: (name, range) => {
      const bytes = written.get(name);
      return bytes === undefined ? artifacts.read(name, range) : once(bytes, range);
    },
    list: async (prefix) => {
      const foreseen = [...written.keys()].filter((name) => name.startsWith(prefix));
      return [...new Set([...(await artifacts.list(prefix)), ...foreseen])].sort();
    },
  };
}

async function* once(bytes: Uint8Array, range: ByteRange = {}): AsyncIterable<Uint8Array> {
  yield bytes.subarray(range.start, range.end);
}
