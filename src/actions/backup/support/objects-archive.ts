// The exported objects as one file: a line of JSON for each file of the export, its index last. Whoever restores has the
// very same bytes again, and an archive that is cut short never becomes an export.

import { createHash } from 'node:crypto';
import { DrctlError } from '../../../engine/index.ts';
import type {
  ArtifactReader,
  Json,
  JsonObject,
  ReadContext,
  WriteContext,
} from '../../../engine/index.ts';
import type { ArtifactConsequence, DrPorts } from '../../ports.ts';

const indexFile = 'index.json';
/** Larger than any file of an export. */
const maxLineBytes = 64 * 1024 * 1024;
const namePattern = /^[A-Za-z0-9_.][A-Za-z0-9._-]*(\/[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/;

/** The same bytes each time. CLIENT_NOT_FOUND when the export is not complete. */
export async function* packObjects(
  artifacts: ArtifactReader,
  artifact: string,
): AsyncGenerator<Uint8Array> {
  const names = (await artifacts.list(`${artifact}/`)).map((name) =>
    name.slice(artifact.length + 1),
  );
  if (!names.includes(indexFile)) {
    throw new DrctlError('CLIENT_NOT_FOUND', `There is no complete export "${artifact}"`);
  }
  for (const name of [...names.filter((each) => each !== indexFile).sort(), indexFile]) {
    const text = await textOf(artifacts.read(`${artifact}/${name}`));
    yield new TextEncoder().encode(`${JSON.stringify(lineOf(name, text))}\n`);
  }
}

/** As JSON that people can search, where that gives the same bytes back; as the text itself otherwise. */
function lineOf(name: string, text: string): JsonObject {
  try {
    const content = JSON.parse(text) as Json;
    if (shown(content) === text) return { name, content };
  } catch {
    // Not JSON: kept as it is.
  }
  return { name, text };
}

function shown(content: Json): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

interface Archive {
  readonly content: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The artifact that it becomes. */
  readonly to: string;
}

interface ArchivedFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Writes the export anew; its index comes last, and only when the whole archive is the expected one. Gives "sha256:…" of
 * the index, as `beforeIndex` gets it right before that is written. DATA_CORRUPT.
 */
export async function unpackObjects(
  ctx: WriteContext<DrPorts>,
  archive: Archive & { beforeIndex(digest: string): Promise<void> },
): Promise<string> {
  const { to } = archive;
  const index = await eachFile(ctx, archive, async ({ name, text }) => {
    await ctx.clients.artifacts.write(`${to}/${name}`, bytesOf(text));
  });
  const digest = `sha256:${createHash('sha256').update(index).digest('hex')}`;
  await archive.beforeIndex(digest);
  await ctx.clients.artifacts.write(`${to}/${indexFile}`, bytesOf(index));
  return digest;
}

/** The same export, not written: what a restore is planned on. DATA_CORRUPT. */
export async function foreseenObjects(
  ctx: ReadContext<DrPorts>,
  archive: Archive,
): Promise<readonly ArtifactConsequence[]> {
  const files: ArtifactConsequence[] = [];
  const add = ({ name, text }: ArchivedFile): void => {
    files.push({ kind: 'artifact', name: `${archive.to}/${name}`, bytes: Buffer.from(text) });
  };
  const text = await eachFile(ctx, archive, async (file) => add(file));
  add({ name: indexFile, text });
  return files;
}

/** All files but the index, which it gives once the whole archive is the expected one. */
async function eachFile(
  ctx: ReadContext<DrPorts>,
  { content, sizeBytes, sha256 }: Archive,
  take: (file: ArchivedFile) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      hash.update(chunk);
      done += chunk.byteLength;
      ctx.report({ message: 'fetching objects', done, total: sizeBytes, unit: 'bytes' });
      yield chunk;
    }
  };
  let index: string | undefined;
  for await (const line of linesOf(watched())) {
    const file = fileOf(line);
    if (file.name === indexFile) index = file.text;
    else await take(file);
  }
  const found = hash.digest('hex');
  if (found !== sha256 || done !== sizeBytes) {
    throw new DrctlError(
      'DATA_CORRUPT',
      `The objects came as ${done} bytes with the SHA-256 ${found}, expected are ${sizeBytes} bytes with ${sha256}`,
    );
  }
  if (index === undefined) throw new DrctlError('DATA_CORRUPT', 'The archive has no index');
  return index;
}

function fileOf(line: string): ArchivedFile {
  try {
    const { name, content, text } = JSON.parse(line) as JsonObject;
    if (typeof name === 'string' && namePattern.test(name) && !name.split('/').includes('..')) {
      if (typeof text === 'string') return { name, text };
      if (content !== undefined) return { name, text: shown(content) };
    }
  } catch {
    // Falls through.
  }
  throw new DrctlError('DATA_CORRUPT', 'The archive of objects holds a line that is no file');
}

async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of content) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    rest.push(Uint8Array.from(chunk.subarray(from)));
    restBytes += chunk.byteLength - from;
    if (restBytes > maxLineBytes) throw new DrctlError('DATA_CORRUPT', 'A line is too long');
  }
  if (restBytes > 0) yield Buffer.concat(rest).toString('utf8');
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

/** The export's files, its index first: what is left after a crash is then no export any more. */
export async function removeObjects(ctx: WriteContext<DrPorts>, artifact: string): Promise<void> {
  await ctx.clients.artifacts.remove(`${artifact}/${indexFile}`);
  for (const name of await ctx.readers.artifacts.list(`${artifact}/`)) {
    await ctx.clients.artifacts.remove(name);
  }
}

export async function hasObjects(artifacts: ArtifactReader, artifact: string): Promise<boolean> {
  return (await artifacts.stat(`${artifact}/${indexFile}`)) !== undefined;
}
