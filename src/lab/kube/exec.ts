/*
 * The exec subresource over WebSocket, subprotocols v4 and v5.channel.k8s.io: starts the command, and
 * upgrades the connection unless the command was refused.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ExecHandler, ExecRequest } from './exec-handler.ts';
import { ExecSession } from './exec-session.ts';

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const incomingLimitBytes = 16 * 1024 * 1024;

/** Accepts exec upgrades. One per server. */
export class ExecEndpoint {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: incomingLimitBytes,
    handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
  });

  /** True when the client offers a subprotocol this endpoint speaks. */
  static speaks(request: IncomingMessage): boolean {
    const offered = (request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((protocol) => protocol.trim());
    return offered.some((protocol) => protocols.includes(protocol));
  }

  /**
   * Starts the handler, upgrades, and connects the two. Rejects with what the handler rejected with when it
   * refuses before it has used a stream; the upgrade has not happened then.
   */
  async run(
    upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer },
    handler: ExecHandler,
    asked: ExecRequest & { readonly stdin: boolean },
  ): Promise<void> {
    const session = new ExecSession(asked.stdin);
    const { stdin: _stdin, ...request } = asked;
    const running = handler(request, session);
    running.catch(() => undefined);
    // A refusal comes at once; a handler that is still there after this turn of the loop has accepted.
    await Promise.race([running, new Promise((resolve) => setImmediate(resolve))]);
    // Kubernetes also lets a client upgrade by POST; the WebSocket library only knows GET.
    upgrade.request.method = 'GET';
    this.#sockets.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      session.connect(socket);
      void session.finish(running);
    });
  }

  /** Ends every open session. */
  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }
}
