// An S3 that keeps nothing: it reads bodies and drops them, verifies nothing, and answers so that clients are content. What
// is measured against it is the client. A process of its own, so that its work is not the client's:
//
//   node s3-sink.js [CERTIFICATE KEY]      prints its URL, and serves until its standard input ends

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

interface Kept {
  readonly sizeBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** By path: what a HEAD is answered with. */
const objects = new Map<string, Kept>();
/** By upload id. */
const uploads = new Map<string, { metadata: Record<string, string>; sizes: Map<string, number> }>();
let begun = 0;

const ETAG = '"00000000000000000000000000000000"';

const [certificate, key] = process.argv.slice(2);
const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
  let sizeBytes = 0;
  request.on('data', (chunk: Buffer) => (sizeBytes += chunk.length));
  request.on('end', () => answer(request, response, sizeBytes));
};
const server =
  certificate === undefined || key === undefined
    ? http.createServer(listener)
    : https.createServer(
        {
          cert: readFileSync(certificate),
          key: readFileSync(key),
          // What S3 chooses, whatever else the client offers.
          ciphers:
            'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
          honorCipherOrder: true,
        },
        listener,
      );

server.listen(0, '127.0.0.1', () => {
  const scheme = certificate === undefined ? 'http' : 'https';
  process.stdout.write(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));

function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  receivedBytes: number,
): void {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://sink');
  const id = query.get('uploadId') ?? '';
  // A body with a trailer says beforehand how much of it is content.
  const sizeBytes = Number(request.headers['x-amz-decoded-content-length'] ?? receivedBytes);
  const operation = `${request.method ?? ''} ${operationOn(query)}`.trim();
  const call: Call = { request, response, pathname, id, sizeBytes };
  (answers[operation] ?? unknown)(call);
}

interface Call {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly pathname: string;
  /** Of the upload; empty where there is none. */
  readonly id: string;
  readonly sizeBytes: number;
}

const answers: Readonly<Record<string, (call: Call) => void>> = {
  'POST uploads': ({ request, response, pathname }) => begin(request, response, pathname),
  'PUT upload': ({ request, response, id, sizeBytes }) => {
    const number = new URL(request.url ?? '/', 'http://sink').searchParams.get('partNumber');
    uploads.get(id)?.sizes.set(number ?? '', sizeBytes);
    stored(request, response);
  },
  'POST upload': ({ response, pathname, id }) => complete(response, pathname, id),
  PUT: ({ request, response, pathname, sizeBytes }) => {
    objects.set(pathname, { sizeBytes, metadata: metadataOf(request) });
    stored(request, response);
  },
  HEAD: ({ response, pathname }) => head(response, pathname),
  DELETE: ({ response, pathname }) => {
    objects.delete(pathname);
    response.writeHead(204).end();
  },
  'DELETE upload': ({ response, id }) => {
    uploads.delete(id);
    response.writeHead(204).end();
  },
};

function operationOn(query: URLSearchParams): string {
  if (query.has('uploads')) return 'uploads';
  return query.has('uploadId') ? 'upload' : '';
}

function unknown({ response }: Call): void {
  response.writeHead(501).end();
}

function begin(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  pathname: string,
): void {
  const id = `upload-${(begun += 1)}`;
  uploads.set(id, { metadata: metadataOf(request), sizes: new Map() });
  xml(response, 'InitiateMultipartUploadResult', { ...placeOf(pathname), UploadId: id });
}

/** With the checksums that the client gave, as S3 does. */
function stored(request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(200, { etag: ETAG, 'content-length': 0, ...headersOf(request, CHECKSUM) });
  response.end();
}

function complete(response: http.ServerResponse, pathname: string, id: string): void {
  const { sizes, metadata } = uploads.get(id) ?? { sizes: new Map<string, number>(), metadata: {} };
  uploads.delete(id);
  const sizeBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  objects.set(pathname, { sizeBytes, metadata });
  xml(response, 'CompleteMultipartUploadResult', { ...placeOf(pathname), ETag: ETAG });
}

function head(response: http.ServerResponse, pathname: string): void {
  const kept = objects.get(pathname);
  if (kept === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { sizeBytes, metadata } = kept;
  response.writeHead(200, { etag: ETAG, 'content-length': sizeBytes, ...metadata }).end();
}

const CHECKSUM = /^x-amz-checksum-(?!algorithm|type)/;

const metadataOf = (request: http.IncomingMessage) => headersOf(request, /^x-amz-meta-/);

function headersOf(request: http.IncomingMessage, which: RegExp): Record<string, string> {
  const named = Object.entries(request.headers).filter(([name]) => which.test(name));
  return Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
}

/** Path style. */
function placeOf(pathname: string): { Bucket: string; Key: string } {
  const [, Bucket = '', ...words] = pathname.split('/');
  return { Bucket, Key: words.join('/') };
}

function xml(response: http.ServerResponse, root: string, fields: Record<string, string>): void {
  const content = Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
  const body = `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': body.length });
  response.end(body);
}
