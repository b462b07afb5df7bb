// What the parts of a fault proxy share: where calls go, and how a connection is broken.

import type https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Upstream {
  /** "https://127.0.0.1:6443" */
  readonly url: string;
  /** PEM. */
  readonly ca?: string;
  /** The name that its certificate is for, where the address differs. */
  readonly servername?: string;
}

export interface Way {
  readonly upstream: Upstream;
  readonly agent: https.Agent;
  readonly hanging: Set<Duplex>;
}

export function cutAfter(
  from: NodeJS.ReadableStream,
  to: NodeJS.WritableStream,
  bytes: number,
  socket: Socket,
): void {
  let left = bytes;
  const pass = (chunk: Buffer): void => {
    if (left <= 0) return;
    const piece = chunk.subarray(0, left);
    left -= piece.length;
    to.write(piece, () => {
      // What was written must have gone out first: the client sees a beginning and then the cut.
      if (left <= 0) setTimeout(() => reset(socket), 20);
    });
  };
  from.on('data', pass);
  from.on('end', () => setTimeout(() => reset(socket), 20));
}

export function reset(socket: Socket): void {
  // A TLS socket has no reset of its own.
  socket.destroy();
}
