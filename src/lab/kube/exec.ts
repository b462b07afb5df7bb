/*
 * The exec subresource over WebSocket, subprotocols v4 and v5.channel.k8s.io: the first byte of a message is
 * its channel (0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize; in v5, 255 closes a channel). What a command
 * writes waits until the client has taken it, so any amount can flow through without sitting in memory.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { JsonObject } from './objects.ts';
import { StdinQueue } from './stdin-queue.ts';

/** What a client wants to run, where. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly user: string;
}

/** A command's streams. `stdout` and `stderr` resolve when the client has taken the bytes. */
export interface ExecStreams {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  stdout(chunk: Uint8Array): Promise<void>;
  stderr(chunk: Uint8Array): Promise<void>;
}

/**
 * Runs commands for the server. Resolves with the exit code. Rejecting with a NoSuchContainerError before
 * the first await of a stream is answered with HTTP 400; any other error ends the stream as an internal error.
 */
export type ExecHandler = (request: ExecRequest, streams: ExecStreams) => Promise<number>;

/** Thrown by a handler (or `checkExec`) for a container that does not exist. */
export class NoSuchContainerError extends Error {
  constructor(container: string, pod: string) {
    super(`container ${container} is not valid for pod ${pod}`);
    this.name = 'NoSuchContainerError';
  }
}

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const stdoutChannel = 1;
const stderrChannel = 2;
const errorChannel = 3;
const closeSignal = 255;
/** Chunks larger than this are split, so that one write cannot hold a whole file in a frame. */
const frameLimitBytes = 64 * 1024;
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

/** One command and its socket. */
class ExecSession implements ExecStreams {
  readonly stdin = new StdinQueue();
  readonly #abort = new AbortController();
  readonly #connected: Promise<WebSocket>;
  #resolveConnected!: (socket: WebSocket) => void;

  constructor(hasStdin: boolean) {
    this.#connected = new Promise((resolve) => (this.#resolveConnected = resolve));
    if (!hasStdin) this.stdin.end();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  connect(socket: WebSocket): void {
    socket.on('message', (data: RawData, isBinary: boolean) =>
      this.#receive(socket, data, isBinary),
    );
    socket.on('close', () => {
      this.stdin.end();
      this.#abort.abort(new Error('the client closed the connection'));
    });
    socket.on('error', () => socket.terminate());
    this.#resolveConnected(socket);
  }

  async stdout(chunk: Uint8Array): Promise<void> {
    await this.#write(stdoutChannel, chunk);
  }

  async stderr(chunk: Uint8Array): Promise<void> {
    await this.#write(stderrChannel, chunk);
  }

  /** Sends the command's end on the error channel and closes. */
  async finish(running: Promise<number>): Promise<void> {
    const status = await running.then(exitStatus, failureStatus);
    const socket = await this.#connected;
    if (socket.readyState !== WebSocket.OPEN) return;
    await send(socket, errorChannel, Buffer.from(JSON.stringify(status))).catch(() => undefined);
    socket.close(1000);
  }

  #receive(socket: WebSocket, data: RawData, isBinary: boolean): void {
    const bytes =
      isBinary || Buffer.isBuffer(data) ? (data as Buffer) : Buffer.from(data as ArrayBuffer);
    const [channel] = bytes;
    if (channel === 0) {
      this.stdin.push(bytes.subarray(1), {
        pause: () => socket.pause(),
        resume: () => socket.resume(),
      });
    } else if (channel === closeSignal && bytes[1] === 0) {
      this.stdin.end();
    }
  }

  async #write(channel: number, chunk: Uint8Array): Promise<void> {
    const socket = await this.#connected;
    for (let from = 0; from < chunk.length; from += frameLimitBytes) {
      this.signal.throwIfAborted();
      await send(socket, channel, chunk.subarray(from, from + frameLimitBytes));
    }
  }
}

/** Resolves when the bytes have left this process, which is what slows a fast writer down. */
async function send(socket: WebSocket, channel: number, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.send(Buffer.concat([Buffer.from([channel]), bytes]), { binary: true }, (error) =>
      error == null ? resolve() : reject(error),
    );
  });
}

function exitStatus(code: number): JsonObject {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command, exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function failureStatus(error: unknown): JsonObject {
  return {
    metadata: {},
    status: 'Failure',
    message: error instanceof Error ? error.message : String(error),
    reason: 'InternalError',
    code: 500,
  };
}
