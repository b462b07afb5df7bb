// AWS as the lab needs it: a few signed requests (signature version 4) over HTTPS.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

import { createHash, createHmac } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import { REGION } from './settings.ts';

const TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 256 * 1024 * 1024;

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface AwsConnection extends AccessKey {
  readonly endpoint: string;
  readonly ca: string;
}

export interface AwsCall {
  readonly service: 's3' | 'route53' | 'iam' | 'sts';
  readonly method: 'GET' | 'PUT' | 'POST' | 'HEAD' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly contentType?: string;
}

export interface AwsAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface AwsClient {
  send(call: AwsCall): Promise<AwsAnswer>;
  /** GET of a pre-signed URL, as a plain HTTPS client does it. */
  fetchUrl(url: string): Promise<AwsAnswer>;
  close(): void;
}

export function createAwsClient(connection: AwsConnection): AwsClient {
  const agent = new Agent({ keepAlive: true, ca: connection.ca });
  return {
    send(call) {
      const url = new URL(call.path, connection.endpoint);
      for (const [name, value] of Object.entries(call.query ?? {}))
        url.searchParams.set(name, value);
      return exchange({ url, agent, call, headers: sign(connection, call, url) });
    },
    fetchUrl: (url) =>
      exchange({
        url: new URL(url),
        agent,
        call: { service: 's3', method: 'GET', path: '' },
        headers: {},
      }),
    close: () => agent.destroy(),
  };
}

interface Exchange {
  readonly url: URL;
  readonly agent: Agent;
  readonly call: AwsCall;
  readonly headers: Readonly<Record<string, string>>;
}

function exchange({ url, agent, call, headers }: Exchange): Promise<AwsAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      {
        method: call.method,
        agent,
        timeout: TIMEOUT_MS,
        headers: {
          ...headers,
          ...(call.body === undefined ? {} : { 'content-length': Buffer.byteLength(call.body) }),
          ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BODY_BYTES) response.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
        });
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.end(call.body);
  });
}

function sign(connection: AwsConnection, call: AwsCall, url: URL): Record<string, string> {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  // Route53 and IAM are global services, signed for us-east-1.
  const isGlobal = call.service === 'route53' || call.service === 'iam';
  const region = isGlobal ? 'us-east-1' : REGION;
  const payloadHash = createHash('sha256')
    .update(call.body ?? '')
    .digest('hex');
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': date,
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    call.method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/${call.service}/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  let key: Buffer = Buffer.from(`AWS4${connection.secretAccessKey}`);
  for (const part of [day, region, call.service, 'aws4_request']) key = hmac(key, part);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope, digest].join('\n')).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${connection.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
