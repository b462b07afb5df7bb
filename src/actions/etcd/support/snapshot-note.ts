// The note beside a snapshot artifact: which pod, which revision, which checksum. It is written last, so that a snapshot
// with a note that fits is one that was completed; anything else is taken again.

import type { ReadContext, WriteContext } from '../../../engine/index.ts';
import { digestOf } from '../../source-file.ts';
import type { DrPorts } from '../../ports.ts';

export interface TakenSnapshot {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly pod: string;
  readonly revision: number;
  readonly version: string;
}

function noteName(artifact: string): string {
  return `${artifact}.json`;
}

export async function noteTaken(taken: TakenSnapshot, ctx: WriteContext<DrPorts>): Promise<void> {
  const text = `${JSON.stringify(taken, undefined, 2)}\n`;
  await ctx.clients.artifacts.write(noteName(taken.file), once(new TextEncoder().encode(text)));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** undefined: there is none, or the artifact is not what the note says. */
export async function findTaken(
  artifact: string,
  ctx: ReadContext<DrPorts>,
): Promise<TakenSnapshot | undefined> {
  const { artifacts } = ctx.readers;
  const [content, note] = [
    await artifacts.stat(artifact),
    await artifacts.stat(noteName(artifact)),
  ];
  if (content === undefined || note === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifacts.read(noteName(artifact))) chunks.push(Uint8Array.from(chunk));
  const taken = parseNote(Buffer.concat(chunks).toString());
  if (taken === undefined) return undefined;
  const found = await digestOf(artifacts.read(artifact), ctx.signal);
  return found.sha256 === taken.sha256 ? taken : undefined;
}

/** undefined: it is damaged, so that nothing is known of the snapshot beside it. */
function parseNote(text: string): TakenSnapshot | undefined {
  try {
    const note = JSON.parse(text) as TakenSnapshot | null;
    return typeof note?.sha256 === 'string' ? note : undefined;
  } catch {
    return undefined;
  }
}

export async function forgetTaken(artifact: string, ctx: WriteContext<DrPorts>): Promise<void> {
  await ctx.clients.artifacts.remove(noteName(artifact));
  await ctx.clients.artifacts.remove(artifact);
}
