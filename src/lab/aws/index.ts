// AWS on loopback: S3 (path style), Route53 and STS behind one endpoint, told apart by the service that each request is
// signed for. It speaks the wire protocols of real clients and knows nothing of who uses it. Contents live in a temporary
// folder that goes with the server.

import { randomBytes } from 'node:crypto';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError } from './aws-error.ts';
import { dispatch, serviceOf } from './dispatch.ts';
import type { ServiceName, Services } from './dispatch.ts';
import { fromIncoming } from './http.ts';
import type { AwsReply, AwsRequest } from './http.ts';
import { createRequestLimit } from './route53/route.ts';
import { canonicalName, recordKey } from './route53/model.ts';
import type { RecordSet, Route53Server } from './route53/model.ts';
import { addBucket } from './s3/buckets.ts';
import type { Bucket } from './s3/model.ts';
import { signatureClaim } from './sigv4.ts';
import type { Credential } from './sigv4.ts';
import { plainXmlDocument, xmlDocument } from './xml.ts';

export type { Credential } from './sigv4.ts';

export interface AwsServerOptions {
  /** undefined: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly credentials: readonly Credential[];
  readonly region: string;
  /** Any free port when absent. */
  readonly port?: number;
  now?(): Date;
  /** One line for every request: service, method, path, status, error code. */
  log?(line: string): void;
  /** How long a DNS change is PENDING; 300 when absent. */
  readonly dnsPropagationMs?: number;
  /** How long a zone refuses another change with PriorRequestNotComplete; 0 when absent. */
  readonly dnsProcessingMs?: number;
  /** Requests a second that Route53 takes; AWS's limit is 5. Not limited when absent. */
  readonly dnsRequestsPerSecond?: number;
  /** Asked before every request is served; what it gives is the answer instead. */
  fault?(request: { readonly method: string; readonly path: string }): Fault | undefined;
}

/** `cut`: the connection is closed without an answer. */
export type Fault =
  'cut' | { readonly status: number; readonly code: string; readonly message: string };

export interface AwsServer {
  /** "https://127.0.0.1:4566", for AWS_ENDPOINT_URL. */
  readonly url: string;
  createBucket(
    name: string,
    settings: { readonly versioned: boolean; readonly public?: boolean },
  ): void;
  /** The zone starts with its NS and SOA records. */
  createZone(zone: {
    readonly id: string;
    readonly name: string;
    readonly private?: boolean;
  }): void;
  /** Stops serving and removes all contents. */
  close(): Promise<void>;
}

const defaultPropagationMs = 300;

export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const now = options.now ?? (() => new Date());
  const folder = await mkdtemp(join(tmpdir(), 'drctl-lab-aws-'));
  const route53: Route53Server = {
    settings: {
      propagationMs: options.dnsPropagationMs ?? defaultPropagationMs,
      processingMs: options.dnsProcessingMs ?? 0,
      requestsPerSecond: options.dnsRequestsPerSecond,
    },
    zones: new Map(),
    changes: new Map(),
    now,
  };
  const services: Services = {
    s3: { region: options.region, folder, buckets: new Map<string, Bucket>(), now },
    route53,
    limitRoute53: createRequestLimit(route53),
    credentials: options.credentials,
    now,
  };
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    void answer({ services, options, message, response });
  };
  const server: Server =
    options.tls === undefined
      ? createPlainServer(listener)
      : createTlsServer(options.tls, listener);
  // Clients keep connections open between steps; closing them after Node's 5 s would look like resets.
  server.keepAliveTimeout = 65_000;
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    createBucket: (name, settings) => {
      addBucket(services.s3, name, {
        versioned: settings.versioned,
        isPublic: settings.public === true,
      });
    },
    createZone: (zone) => addZone(route53, zone),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addZone(
  server: Route53Server,
  zone: { readonly id: string; readonly name: string; readonly private?: boolean },
): void {
  const name = canonicalName(zone.name);
  const bare = { name, alias: undefined, setIdentifier: undefined, routing: [] };
  const records: readonly RecordSet[] = [
    { ...bare, type: 'NS', ttl: '172800', values: ['ns-1.lab.'] },
    {
      ...bare,
      type: 'SOA',
      ttl: '900',
      values: ['ns-1.lab. hostmaster.lab. 1 7200 900 1209600 86400'],
    },
  ];
  server.zones.set(zone.id, {
    id: zone.id,
    name,
    isPrivate: zone.private === true,
    records: new Map(records.map((record) => [recordKey(record), record])),
    busyUntilMs: 0,
  });
}

interface Exchange {
  readonly services: Services;
  readonly options: AwsServerOptions;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer({ services, options, message, response }: Exchange): Promise<void> {
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  const request = fromIncoming(message);
  const fault = options.fault?.({ method: request.method, path: request.rawPath });
  if (fault === 'cut') {
    message.socket.destroy();
    return;
  }
  let reply: AwsReply;
  let code = '';
  try {
    if (fault !== undefined) throw new AwsError(fault.status, fault.code, fault.message);
    reply = await dispatch(services, request);
  } catch (cause) {
    const error = asAwsError(cause);
    code = ` ${error.code}`;
    reply = errorReply(error, request, requestId);
  }
  options.log?.(`${request.method} ${request.rawPath} ${reply.status}${code}`);
  await send(reply, { message, response, requestId }).catch(() => response.destroy());
}

function asAwsError(cause: unknown): AwsError {
  if (cause instanceof AwsError) return cause;
  const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new AwsError(500, 'InternalError', message);
}

function errorReply(error: AwsError, request: AwsRequest, requestId: string): AwsReply {
  const nodes = [
    ['Code', error.code],
    ['Message', error.message],
  ] as const;
  const details = Object.entries(error.details);
  const body =
    claimedService(request) === 's3'
      ? plainXmlDocument('Error', [
          ...nodes,
          ...details,
          ['RequestId', requestId],
          ['HostId', 'lab'],
        ])
      : xmlDocument('ErrorResponse', 'https://route53.amazonaws.com/doc/2013-04-01/', [
          ['Error', [['Type', error.status < 500 ? 'Sender' : 'Receiver'], ...nodes]],
          ['RequestId', requestId],
        ]);
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml' },
    body: request.method === 'HEAD' ? '' : body,
  };
}

function claimedService(request: AwsRequest): ServiceName {
  try {
    return serviceOf(signatureClaim(request));
  } catch {
    return 's3';
  }
}

async function send(
  reply: AwsReply,
  exchange: Pick<Exchange, 'message' | 'response'> & { readonly requestId: string },
): Promise<void> {
  const { message, response, requestId } = exchange;
  // A body that was refused half way cannot be skipped on this connection.
  if (!message.complete && message.method !== 'GET' && message.method !== 'HEAD') {
    response.setHeader('connection', 'close');
    message.resume();
  }
  const text =
    typeof reply.body === 'string' || reply.body === undefined ? (reply.body ?? '') : undefined;
  response.writeHead(reply.status, {
    server: 'AmazonS3',
    'x-amz-request-id': requestId,
    'x-amzn-requestid': requestId,
    'x-amz-id-2': 'lab',
    ...(text !== undefined && reply.status !== 204 && reply.status !== 304
      ? { 'content-length': Buffer.byteLength(text) }
      : {}),
    ...reply.headers,
  });
  if (text !== undefined) response.end(text);
  else await pipeline(Readable.from(reply.body as AsyncIterable<Uint8Array>), response);
}
