// What stands between a client and a server: an HTTP proxy that opens tunnels, a SOCKS 5 proxy, and a plain relay that
// counts connections and can cut them. All on loopback, all real TCP.

import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Between {
  readonly port: number;
  /** "HOST:PORT" of every connection that was made to what is behind. */
  readonly opened: readonly string[];
  /** Sockets that are open now, on either side. */
  connections(): number;
  /** Ends every connection that is open now. */
  cut(): void;
  close(): Promise<void>;
}

export interface ConnectProxy extends Between {
  /** "http://127.0.0.1:PORT" */
  readonly url: string;
  /** What clients said of themselves, one a tunnel that was asked for. */
  readonly logins: readonly (string | undefined)[];
}

export interface ConnectProxyOptions {
  /** "Basic …"; anything else is answered with 407. */
  readonly wants?: string;
  /** Every tunnel ends here, whatever was asked for. */
  readonly leadsTo?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Takes the request and never answers. */
  readonly silent?: boolean;
}

export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const opened: string[] = [];
  const logins: (string | undefined)[] = [];
  const server = options.tls === undefined ? createHttpServer() : createHttpsServer(options.tls);
  const sockets = track(server);
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const login = request.headers['proxy-authorization'];
    logins.push(login);
    if (options.silent === true) {
      // It notices at least that the client has gone.
      socket.resume().once('end', () => socket.destroy());
      return;
    }
    if (options.wants !== undefined && login !== options.wants) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const target = request.url ?? '';
    opened.push(target);
    const [, port] = /:(\d+)$/.exec(target) ?? [];
    const behind = connect(options.leadsTo ?? Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      behind.write(head);
      join(socket, behind);
    });
    sockets.add(behind);
    behind.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
  });
  const between = await started(server, sockets, opened);
  const scheme = options.tls === undefined ? 'http' : 'https';
  return { ...between, logins, url: `${scheme}://127.0.0.1:${between.port}` };
}

/** SOCKS 5 without login, for IPv4 addresses and names. */
export async function startSocksProxy(): Promise<Between> {
  const opened: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request: Buffer) => {
        const isName = request[3] === 3;
        const end = isName ? 5 + (request[4] ?? 0) : 8;
        const address = request.subarray(isName ? 5 : 4, end);
        const host = isName ? address.toString() : [...address].join('.');
        const port = request.readUInt16BE(end);
        opened.push(`${host}:${port}`);
        const behind = connect(port, host, () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          join(socket, behind);
        });
        sockets.add(behind);
        behind.on('error', () => socket.destroy());
      });
    });
  });
  const sockets = track(server);
  return started(server, sockets, opened);
}

/** Takes connections and never says anything. */
export async function startMuteServer(): Promise<Between> {
  const server = createServer((socket) => {
    socket.resume();
    socket.on('error', () => socket.destroy());
  });
  return started(server, track(server), []);
}

export interface Relay extends Between {
  /** Bytes that came from what is behind. */
  received(): number;
  /** From now on connections are taken, and wait. */
  hold(): void;
  /** What waits goes on. */
  release(): void;
}

/** Hands every connection on to a port of this machine. */
export async function startRelay(port: number): Promise<Relay> {
  const opened: string[] = [];
  let received = 0;
  let waiting: (() => void)[] | undefined;
  const server = createServer((socket) => {
    opened.push(`127.0.0.1:${port}`);
    socket.on('error', () => socket.destroy());
    const goOn = (): void => {
      const behind = connect(port, '127.0.0.1');
      sockets.add(behind);
      behind.on('data', (chunk: Buffer) => (received += chunk.length));
      join(socket, behind);
    };
    if (waiting === undefined) goOn();
    else waiting.push(goOn);
  });
  const sockets = track(server);
  const between = await started(server, sockets, opened);
  return {
    ...between,
    received: () => received,
    hold: () => (waiting ??= []),
    release() {
      const all = waiting ?? [];
      waiting = undefined;
      for (const goOn of all) goOn();
    },
  };
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

function track(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function started(
  server: Server,
  sockets: ReadonlySet<Socket>,
  opened: readonly string[],
): Promise<Between> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    opened,
    connections: () => sockets.size,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
