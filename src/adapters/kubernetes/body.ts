// The body of an answer, read to its end within bounds of size and time. Large answers come compressed.

import { isAscii } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { onAbort } from './on-abort.ts';

/** What is compressed is large: servers begin at 128 KiB. */
const UNPACKED_BYTES = 256 * 1024;

export interface BodyBounds {
  /** Of what comes out, not of what was sent: a small answer may unpack to a huge one. */
  readonly bytes: number;
  readonly ms: number;
  timedOut(): Error;
  readonly signal: AbortSignal;
}

export interface Body {
  readonly text: string;
  /** There was more. */
  readonly cut: boolean;
}

/** Throws what broke the connection, or what `timedOut` gives. */
export async function readBody(response: IncomingMessage, bounds: BodyBounds): Promise<Body> {
  const timer = setTimeout(() => response.destroy(bounds.timedOut()), bounds.ms);
  const forget = onAbort(bounds.signal, () => response.destroy(new Error('aborted')));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unpacked(response)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > bounds.bytes) break;
    }
  } finally {
    clearTimeout(timer);
    forget();
  }
  return {
    text: textOf(Buffer.concat(chunks).subarray(0, bounds.bytes)),
    cut: size > bounds.bytes,
  };
}

/** Of UTF-8. Most answers are ASCII, for which there is a much faster way. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

async function* unpacked(response: IncomingMessage): AsyncGenerator<Buffer> {
  if (response.headers['content-encoding'] !== 'gzip') {
    yield* response as AsyncIterable<Buffer>;
    return;
  }
  const unpack = createGunzip({ chunkSize: UNPACKED_BYTES });
  response.once('error', (error) => unpack.destroy(error));
  response.pipe(unpack);
  try {
    yield* unpack as AsyncIterable<Buffer>;
  } finally {
    // On the shared connection nothing may be left behind unread.
    if (!response.readableEnded) response.destroy();
    unpack.destroy();
  }
}
