// WebSockets through a fault proxy: the bytes pass as they are, and a fault is one of the stream.

import http from 'node:http';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { Fault } from './rules.ts';
import { cutAfter, reset } from './way.ts';
import type { Way } from './way.ts';

interface Upgraded {
  readonly request: http.IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly fault: Fault | undefined;
}

export function upgrade(way: Way, upgraded: Upgraded): void {
  const { socket, fault } = upgraded;
  socket.on('error', () => undefined);
  if (fault?.kind === 'answer') return refuse(socket, fault);
  if (fault?.kind === 'hang' && fault.after === 'nothing') {
    way.hanging.add(socket);
    return;
  }
  if (fault?.kind === 'reset' && fault.when === 'before') return reset(socket);
  const there = open(way, upgraded);
  there.on('error', () => reset(socket));
  there.on('close', () => socket.destroy());
  socket.on('close', () => there.destroy());
  socket.pipe(there);
  passBack(way, { there, socket, fault });
}

function refuse(socket: Socket, fault: Extract<Fault, { kind: 'answer' }>): void {
  const body = fault.body ?? '';
  const headers = { ...fault.headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${fault.status} ${http.STATUS_CODES[fault.status] ?? 'Fault'}`;
  socket.end([status, 'connection: close', ...lines, '', body].join('\r\n'));
}

function open({ upstream }: Way, { request, head }: Upgraded): tls.TLSSocket {
  const url = new URL(upstream.url);
  const there = tls.connect({
    host: url.hostname,
    port: Number(url.port),
    ca: upstream.ca,
    servername: upstream.servername ?? '',
  });
  const lines: string[] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
  }
  there.write([`${request.method} ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  there.write(head);
  return there;
}

function passBack(
  { hanging }: Way,
  { there, socket, fault }: { there: tls.TLSSocket; socket: Socket; fault: Fault | undefined },
): void {
  switch (fault?.kind) {
    case 'hang':
      // The handshake passes, and then nothing.
      hanging.add(socket);
      there.once('data', (first: Buffer) => socket.write(endOfHead(first)));
      return;
    case 'cut-answer':
      return cutAfter(there, socket, fault.bytes, socket);
    case 'freeze': {
      hanging.add(socket);
      let left = fault.bytes;
      there.on('data', (chunk: Buffer) => {
        if (left > 0) socket.write(chunk.subarray(0, left));
        left -= chunk.length;
      });
      return;
    }
    case 'reset':
      there.resume();
      there.on('close', () => reset(socket));
      return;
    default:
      there.pipe(socket);
  }
}

function endOfHead(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? bytes : bytes.subarray(0, end + 4);
}
