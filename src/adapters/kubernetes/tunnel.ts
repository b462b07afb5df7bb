// A byte stream to a server through a proxy: HTTP CONNECT over http or https, or SOCKS 5. Bounded in time; its errors
// name the proxy without its password.

import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { connect, isIP, isIPv6 } from 'node:net';
import { rootCertificates } from 'node:tls';
import { proxyName } from './proxy.ts';
import { TUNNEL_MS } from './settings.ts';

export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** The proxy is at fault, not the server behind it. */
export class TunnelError extends Error {
  /** A later attempt may succeed. */
  readonly retryable: boolean;
  constructor(message: string, retryable: boolean) {
    super(message);
    this.retryable = retryable;
  }
}

export interface Through {
  /** What the cluster is trusted by; an https proxy may be certified by it as well as by a public authority. */
  readonly ca?: https.AgentOptions['ca'];
  /** Nobody waits for the tunnel any more. */
  readonly signal: AbortSignal;
}

export function openTunnel(
  proxy: string,
  destination: Destination,
  through: Through,
): Promise<Socket> {
  const url = new URL(proxy);
  return url.protocol.startsWith('socks')
    ? throughSocks(url, destination, through)
    : throughConnect(url, destination, through);
}

function throughConnect(
  url: URL,
  destination: Destination,
  { ca, signal }: Through,
): Promise<Socket> {
  const { host, port } = destination;
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const login = loginOf(url);
  const isTls = url.protocol === 'https:';
  const proxyHost = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request({
      method: 'CONNECT',
      host: proxyHost,
      port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
      path: authority,
      setHost: false,
      headers: {
        Host: authority,
        'User-Agent': 'drctl',
        ...(login === undefined
          ? {}
          : {
              'Proxy-Authorization': `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`,
            }),
      },
      agent: false,
      // Without it the proxy's certificate would be checked against the Host header, which names the server behind it.
      servername: isIP(proxyHost) === 0 ? proxyHost : '',
      rejectUnauthorized: true,
      signal,
      ...(isTls && ca !== undefined ? { ca: [...rootCertificates, ...[ca].flat()] } : {}),
    });
    const fail = (why: string, retryable: boolean): void => {
      clearTimeout(timer);
      reject(new TunnelError(`the proxy ${proxyName(url.href)} ${why}`, retryable));
      request.destroy();
    };
    const timer = setTimeout(
      () => fail(`did not open a tunnel within ${TUNNEL_MS / 1_000}s`, true),
      TUNNEL_MS,
    );
    request.once('connect', (response: http.IncomingMessage, socket: Socket, head: Buffer) => {
      const code = response.statusCode ?? 0;
      if (code === 200) {
        clearTimeout(timer);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      fail(`refused a tunnel to ${authority}: ${refusal(code)}`, code >= 500);
    });
    request.once('response', (response) => {
      response.destroy();
      fail(`does not open tunnels: HTTP ${response.statusCode ?? 0}`, false);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      fail(`cannot be reached: ${error.message === '' ? error.code : error.message}`, true);
    });
    request.end();
  });
}

function refusal(code: number): string {
  if (code === 407) return 'HTTP 407, it wants a user and a password';
  const meaning = http.STATUS_CODES[code];
  return meaning === undefined ? `HTTP ${code}` : `HTTP ${code} ${meaning}`;
}

async function throughSocks(
  url: URL,
  { host, port }: Destination,
  { signal }: Through,
): Promise<Socket> {
  const { SocksClient } = await import('socks');
  const login = loginOf(url);
  const proxy = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 1080 : Number(url.port),
    type: 5 as const,
    ...(login === undefined ? {} : { userId: login.name, password: login.password }),
  };
  const options = { proxy, command: 'connect' as const, destination: { host, port } };
  const socket = connect({ ...proxy, signal });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no tunnel within ${TUNNEL_MS / 1_000}s`)),
    TUNNEL_MS,
  );
  try {
    await once(socket, 'connect');
    await SocksClient.createConnection({ ...options, existing_socket: socket, timeout: TUNNEL_MS });
    return socket;
  } catch (error) {
    socket.destroy();
    // Its options, among them the password, hang on the error itself, so only its text goes on.
    const why = (error as Error).message;
    throw new TunnelError(
      `the proxy ${proxyName(url.href)} opened no tunnel to ${host}:${port}: ${why}`,
      true,
    );
  } finally {
    clearTimeout(timer);
  }
}

function loginOf(url: URL): { readonly name: string; readonly password: string } | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}
