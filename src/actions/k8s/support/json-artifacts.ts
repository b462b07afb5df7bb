// JSON documents as artifacts of the run, with the digest of their exact bytes.

import type { ArtifactReader, Json, WriteContext } from '../../../engine/index.ts';
import { DrctlError } from '../../../engine/index.ts';
import type { DrPorts } from '../../ports.ts';
import { digestText } from './objects.ts';

/** Larger than any Kubernetes object (etcd takes 1.5 MiB) and than an index of 20 000 of them. */
const maxDocumentBytes = 32 * 1024 * 1024;

/** As it is written, byte for byte. */
function jsonText(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** "sha256:…" of what was written. */
export async function writeJsonArtifact(
  ctx: WriteContext<DrPorts>,
  name: string,
  value: Json,
): Promise<string> {
  return writeChunks(ctx, name, [new TextEncoder().encode(jsonText(value))]);
}

/** "sha256:…" of what was written. The chunks may be used for something else when it resolves. */
export async function writeChunks(
  ctx: WriteContext<DrPorts>,
  name: string,
  chunks: readonly Uint8Array[],
): Promise<string> {
  const { sha256 } = await ctx.clients.artifacts.write(name, each(chunks));
  return `sha256:${sha256}`;
}

async function* each(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

/** CLIENT_NOT_FOUND; DATA_CORRUPT when it is not JSON. */
export async function readJsonArtifact(
  artifacts: ArtifactReader,
  name: string,
): Promise<{ readonly value: Json; readonly digest: string }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of artifacts.read(name)) {
    size += chunk.byteLength;
    if (size > maxDocumentBytes) throw new DrctlError('DATA_CORRUPT', `${name} is too long`);
    chunks.push(Uint8Array.from(chunk));
  }
  const bytes = Buffer.concat(chunks);
  try {
    return { value: JSON.parse(bytes.toString('utf8')) as Json, digest: digestText(bytes) };
  } catch (cause) {
    throw new DrctlError('DATA_CORRUPT', `${name} is not JSON`, { cause });
  }
}
