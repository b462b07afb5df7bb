// A reverse proxy in front of one server of a lab, that can make it ill: what a rule says is done to a call, everything
// else passes as it is. Requests keep their Host header, so that signatures hold; the certificate is the proxy's own.

import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { parse, stringify } from 'yaml';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { Rules } from './rules.ts';
import { upgrade } from './upgrade.ts';
import { cutAfter, reset } from './way.ts';
import type { Upstream, Way } from './way.ts';
import type { AddedRule, Fault, ProxiedCall, Rule } from './rules.ts';

export type { Fault, ProxiedCall, Rule } from './rules.ts';
export type { Upstream } from './way.ts';

export interface SeenCall extends ProxiedCall {
  readonly fault: Fault | undefined;
}

export interface FaultProxy {
  readonly url: string;
  /** PEM of what signed its certificate. */
  readonly ca: string;
  /** Every call that came, in order. */
  readonly seen: readonly SeenCall[];
  /** Those among them that had a fault. */
  faults(): number;
  add(rule: Rule): AddedRule;
  /** What every call that no rule is for may meet. */
  storm(choose: (call: ProxiedCall) => Fault | undefined): void;
  /** No more faults; connections that hang are ended. */
  heal(): void;
  /** A kubeconfig of the server, made to lead here. */
  kubeconfig(text: string): string;
  close(): Promise<void>;
}

const authority = createCertificateAuthority({ name: 'fault proxy' });

export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const signer = await authority;
  const issued = await signer.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const rules = new Rules();
  const seen: SeenCall[] = [];
  const sockets = new Set<Socket>();
  const hanging = new Set<Duplex>();
  const agent = new https.Agent({ keepAlive: true });
  const way = { upstream, agent, hanging };

  const server = https.createServer(issued);
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  const look = (request: http.IncomingMessage, isUpgrade: boolean): Fault | undefined => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const { method = '', headers } = request;
    const call = { method, path: pathname, query: searchParams, headers, isUpgrade };
    const fault = rules.faultFor(call);
    seen.push({ ...call, fault });
    return fault;
  };
  server.on('request', (request, response) => {
    void carry(way, { request, response, fault: look(request, false) });
  });
  server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeContinue();
    void carry(way, { request, response, fault: look(request, false) });
  });
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    upgrade(way, { request, socket, head, fault: look(request, true) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ca: signer.cert,
    seen,
    faults: () => seen.filter(({ fault }) => fault !== undefined).length,
    add: (rule) => rules.add(rule),
    storm: (choose) => {
      rules.otherwise = choose;
    },
    heal: () => {
      rules.heal();
      for (const socket of hanging) socket.destroy();
      hanging.clear();
    },
    kubeconfig: (text) => throughProxy(text, { url, ca: signer.cert }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

interface Carried {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly fault: Fault | undefined;
}

async function carry(way: Way, { request, response, fault }: Carried): Promise<void> {
  const { socket } = request;
  switch (fault?.kind) {
    case 'answer':
      // The client is answered whether or not it has sent all of its body.
      request.resume();
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body ?? '');
      return;
    case 'hang':
    case 'trickle':
      request.resume();
      way.hanging.add(socket);
      if (fault.kind === 'hang' && fault.after === 'nothing') return;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      if (fault.kind === 'trickle') trickle(response, fault.everyMs);
      return;
    case 'reset':
      if (fault.when === 'before') return reset(socket);
      break;
    case 'cut-request':
      return cutRequest(request, fault.bytes);
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      break;
    default:
  }
  forward(way, { request, response, fault });
}

function forward({ upstream, agent }: Way, { request, response, fault }: Carried): void {
  const { socket } = request;
  const url = new URL(upstream.url);
  const sent = https.request({
    host: url.hostname,
    port: url.port,
    method: request.method,
    path: request.url,
    headers: request.headers,
    setHost: false,
    agent,
    ca: upstream.ca,
    servername: upstream.servername ?? '',
  });
  // A server that is away is what it looks like from here: a connection that ends.
  sent.on('error', () => reset(socket));
  response.on('close', () => {
    if (!response.writableFinished) sent.destroy();
  });
  sent.on('response', (answer) => {
    if (fault?.kind === 'reset') {
      // The server has done it: what it says is read to its end and kept from the client.
      answer.resume();
      answer.on('close', () => reset(socket));
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    if (fault?.kind === 'cut-answer') return cutAfter(answer, response, fault.bytes, socket);
    let flipped = fault?.kind !== 'flip';
    answer.on('data', (chunk: Buffer) => {
      if (!flipped) {
        flipped = true;
        const middle = Math.floor(chunk.length / 2);
        chunk.writeUInt8(chunk.readUInt8(middle) ^ 1, middle);
      }
      if (!response.write(chunk)) {
        answer.pause();
        response.once('drain', () => answer.resume());
      }
    });
    answer.on('end', () => response.end());
    answer.on('error', () => reset(socket));
  });
  request.pipe(sent);
}

function trickle(response: http.ServerResponse, everyMs: number): void {
  const timer = setInterval(() => response.write(' '), everyMs);
  response.on('close', () => clearInterval(timer));
}

function cutRequest(request: http.IncomingMessage, bytes: number): void {
  let size = 0;
  const count = (chunk: Buffer): void => {
    size += chunk.length;
    if (size >= bytes) reset(request.socket);
  };
  request.on('data', count);
  // A body that is shorter.
  request.on('end', () => reset(request.socket));
}

function throughProxy(text: string, to: { readonly url: string; readonly ca: string }): string {
  const config = parse(text) as { clusters: { cluster: Record<string, unknown> }[] };
  for (const { cluster } of config.clusters) {
    cluster['server'] = to.url;
    cluster['certificate-authority-data'] = Buffer.from(to.ca).toString('base64');
    delete cluster['certificate-authority'];
    delete cluster['tls-server-name'];
  }
  return stringify(config);
}
