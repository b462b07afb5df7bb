// The conversion webhook over HTTPS: what the definitions of a side that serves two versions point at.

import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CertificateAuthority } from '../tls/index.ts';
import { answerReview } from './review.ts';

/** An API server sends a whole list at once. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const PATH = '/convert';

export interface ConversionWebhook {
  readonly url: string;
  close(): Promise<void>;
}

export async function startConversionWebhook(
  authority: CertificateAuthority,
): Promise<ConversionWebhook> {
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const server = createServer(tls, (request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}${PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'https://localhost').pathname;
  if (request.method !== 'POST' || path !== PATH) {
    response.writeHead(404).end();
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      response.writeHead(413).end();
      return;
    }
    chunks.push(chunk as Buffer);
  }
  const review = answerReview(parse(Buffer.concat(chunks)));
  if (review === undefined) response.writeHead(400).end('no ConversionReview');
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(review));
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
