// The kubelet's own HTTPS server, as far as a recovery needs it: exec, to which a real kube-apiserver hands on the connection
// of whoever asked it. Only clients with a certificate of the cluster's authority are let in, as with a real kubelet.
// https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/

import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenOn } from '../daemon/listen.ts';
import { ExecEndpoint, NoSuchContainerError, type ExecHandler } from '../kube/index.ts';

export interface KubeletServerOptions {
  /** Server certificate and key, and who signs the certificates of its clients; PEM. */
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCa: string };
  readonly exec: ExecHandler;
}

export interface KubeletServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Go's limit on headers; a whole script may stand in the URL of an exec. */
const HEADER_LIMIT_BYTES = 1024 * 1024;

export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const { cert, key, clientCa } = options.tls;
  const endpoint = new ExecEndpoint();
  const sockets = new Set<Socket>();
  const server = createServer({
    cert,
    key,
    ca: clientCa,
    requestCert: true,
    rejectUnauthorized: true,
    maxHeaderSize: HEADER_LIMIT_BYTES,
  });
  // From the first byte on: one that never ends its handshake would keep the server from closing.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (_message, response) => {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('404 page not found\n');
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    run(endpoint, options.exec, { message, socket, head }).catch((error: unknown) => {
      refuse(socket, error);
    });
  });
  await listenOn(server, 0, "the lab's kubelet");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, endpoint, sockets),
  };
}

function close(
  server: Server,
  endpoint: ExecEndpoint,
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  endpoint.close();
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** "/exec/NAMESPACE/POD/CONTAINER?command=…&input=1&output=1&error=1", as kube-apiserver asks. */
async function run(
  endpoint: ExecEndpoint,
  exec: ExecHandler,
  { message, socket, head }: Upgrade,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'https://kubelet');
  const [, verb, namespace, pod, container] = url.pathname.split('/').map(decodeURIComponent);
  if (verb !== 'exec' || namespace === undefined || pod === undefined) {
    throw new Refusal(404, '404 page not found');
  }
  if (!ExecEndpoint.speaks(message)) {
    throw new Refusal(403, 'only the WebSocket protocols v4 and v5.channel.k8s.io are spoken here');
  }
  await endpoint.run({ request: message, socket, head }, exec, {
    namespace,
    pod,
    container: container ?? '',
    command: url.searchParams.getAll('command'),
    user: 'kube-apiserver',
    stdin: url.searchParams.get('input') === '1',
  });
}

class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function refuse(socket: Duplex, error: unknown): void {
  const code =
    error instanceof Refusal ? error.code : error instanceof NoSuchContainerError ? 404 : 500;
  const text = `${error instanceof Error ? error.message : String(error)}\n`;
  socket.end(
    [
      `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
