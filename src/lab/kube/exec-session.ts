/*
 * One command and its WebSocket. The first byte of a message is its channel (0 stdin, 1 stdout, 2 stderr,
 * 3 error, 4 resize; in v5, 255 closes a channel). What a command writes waits until the client has taken
 * it, so any amount can flow through without sitting in memory.
 */
import { WebSocket, type RawData } from 'ws';
import type { ExecStreams } from './exec-handler.ts';
import type { JsonObject } from './objects.ts';
import { StdinQueue } from './stdin-queue.ts';

const stdoutChannel = 1;
const stderrChannel = 2;
const errorChannel = 3;
const closeSignal = 255;
/** Chunks larger than this are split, so that one write cannot hold a whole file in a frame. */
const frameLimitBytes = 64 * 1024;

/** The streams of a running command, connected to a socket once it is upgraded. */
export class ExecSession implements ExecStreams {
  readonly stdin = new StdinQueue();
  // Bound, so that a handler may take them out of the object it is given.
  readonly stdout = async (chunk: Uint8Array): Promise<void> => this.#write(stdoutChannel, chunk);
  readonly stderr = async (chunk: Uint8Array): Promise<void> => this.#write(stderrChannel, chunk);
  readonly #abort = new AbortController();
  readonly signal = this.#abort.signal;
  readonly #connected: Promise<WebSocket>;
  #resolveConnected!: (socket: WebSocket) => void;

  constructor(hasStdin: boolean) {
    this.#connected = new Promise((resolve) => (this.#resolveConnected = resolve));
    if (!hasStdin) this.stdin.end();
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
