// A file that a step takes as its input: an artifact of the run by its name, or a file on the operator's machine when
// the name starts with ./ ../ or /.

import { createHash } from 'node:crypto';
import { DrctlError } from '../engine/index.ts';
import type { ByteRange, KeptArtifact } from '../engine/index.ts';
import type { DrReaders } from './ports.ts';

export interface SourceFileContent {
  readonly sizeBytes: number;
  /** Hex, where it was recorded when the file was written. */
  readonly sha256?: string;
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

type Sources = Pick<DrReaders, 'artifacts' | 'files'>;

/** undefined: there is no such file (yet). */
export async function findSourceFile(
  sources: Sources,
  name: string,
): Promise<SourceFileContent | undefined> {
  const { artifacts, files } = sources;
  const isLocal = /^\.{0,2}\//.test(name);
  const found = isLocal ? await files.stat(name) : await artifacts.stat(name);
  if (found === undefined) return undefined;
  const sha256 = 'sha256' in found ? found.sha256 : undefined;
  return {
    sizeBytes: found.sizeBytes,
    ...(sha256 !== undefined && { sha256 }),
    read: (range) => (isLocal ? files.read(name, range) : artifacts.read(name, range)),
  };
}

/** CLIENT_NOT_FOUND. */
export async function openSourceFile(sources: Sources, name: string): Promise<SourceFileContent> {
  const found = await findSourceFile(sources, name);
  if (found !== undefined) return found;
  throw new DrctlError('CLIENT_NOT_FOUND', `There is no file "${name}"`, {
    hint: 'Name an artifact of this run, or a path that starts with ./ ../ or /',
  });
}

/** Reads it through once. */
export async function digestOf(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of content) {
    signal.throwIfAborted();
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** The artifact of a step whose outputs are one file. */
export function keptFile(
  outputs: {
    readonly file: string;
    readonly sha256: string;
    readonly sizeBytes: number;
  } | null,
): readonly KeptArtifact[] {
  if (outputs === null) return [];
  const { file: name, sha256, sizeBytes } = outputs;
  return [{ name, digest: `sha256:${sha256}`, sizeBytes }];
}
