// aws-chunked bodies: the framing that SDKs put around a streamed upload, with or without signed chunks, with or without
// trailing checksums. The bytes come out as they arrive; a wrong chunk signature or a body cut short throws.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

import { createHash } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { hmac, sameText, sha256Hex } from './sigv4.ts';
import type { ChunkSigning } from './sigv4.ts';

const emptySha256 = sha256Hex('');
const maxLineBytes = 16 * 1024;

export interface ChunkedOptions {
  /** undefined: the chunks are not signed. */
  readonly signing: ChunkSigning | undefined;
  /** Called with each trailer, before the body ends. */
  onTrailer(name: string, value: string): void;
}

export async function* decodeChunked(
  source: AsyncIterable<Uint8Array>,
  options: ChunkedOptions,
): AsyncGenerator<Uint8Array> {
  const input = bytesOf(source);
  let previous = options.signing?.seedSignature ?? '';
  for (;;) {
    const header = await input.line();
    const match = /^([0-9a-fA-F]+)(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(header ?? '');
    if (match === null) throw incomplete();
    let leftBytes = Number.parseInt(match[1] ?? '', 16);
    const hash = createHash('sha256');
    const isLast = leftBytes === 0;
    while (leftBytes > 0) {
      const data = await input.some(leftBytes);
      leftBytes -= data.byteLength;
      if (options.signing !== undefined) hash.update(data);
      yield data;
    }
    if (options.signing !== undefined) {
      const signature = match[2] ?? '';
      verifyChunk(options.signing, previous, { hash: hash.digest('hex'), signature });
      previous = signature;
    }
    if (isLast) break;
    if ((await input.line()) !== '') throw incomplete();
  }
  await readTrailers(input, previous, options);
}

function verifyChunk(
  signing: ChunkSigning,
  previous: string,
  chunk: { readonly hash: string; readonly signature: string },
): void {
  const text = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    signing.date,
    signing.scope,
    previous,
    emptySha256,
    chunk.hash,
  ].join('\n');
  if (!sameText(hmac(signing.key, text).toString('hex'), chunk.signature)) throw wrongSignature();
}

async function readTrailers(
  input: ByteInput,
  previous: string,
  options: ChunkedOptions,
): Promise<void> {
  let signed = '';
  let signature: string | undefined;
  for (;;) {
    const line = await input.line();
    if (line === undefined || line === '') break;
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      signature = value;
      continue;
    }
    signed += `${name}:${value}\n`;
    options.onTrailer(name, value);
  }
  if (options.signing === undefined || signed === '') return;
  const { date, scope, key } = options.signing;
  const text = ['AWS4-HMAC-SHA256-TRAILER', date, scope, previous, sha256Hex(signed)].join('\n');
  if (!sameText(hmac(key, text).toString('hex'), signature ?? '')) throw wrongSignature();
}

interface ByteInput {
  /** Up to this many bytes, at least one. Throws IncompleteBody at the end. */
  some(maxBytes: number): Promise<Uint8Array>;
  /** Without its line end; undefined at the end of the body. */
  line(): Promise<string | undefined>;
}

function bytesOf(source: AsyncIterable<Uint8Array>): ByteInput {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    const data = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    return true;
  };
  return {
    some: async (maxBytes) => {
      while (rest.length === 0) if (!(await more())) throw incomplete();
      const data = rest.subarray(0, maxBytes);
      rest = rest.subarray(data.length);
      return data;
    },
    line: async () => {
      let at = rest.indexOf('\r\n');
      while (at < 0) {
        if (rest.length > maxLineBytes) throw incomplete();
        if (!(await more())) return rest.length === 0 ? undefined : rest.toString('latin1');
        at = rest.indexOf('\r\n');
      }
      const line = rest.toString('latin1', 0, at);
      rest = rest.subarray(at + 2);
      return line;
    },
  };
}

function incomplete(): AwsError {
  return new AwsError(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

function wrongSignature(): AwsError {
  return new AwsError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}
