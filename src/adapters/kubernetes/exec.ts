// A command in a container, over the WebSocket protocols v5 and v4 of the API server. Standard output is streamed with
// backpressure; the exit code comes from the status channel, and a connection that ends without it was cut.

import type { IncomingMessage } from 'node:http';
import type WebSocket from 'ws';
import type { ExecRequest, ExecSession } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import type { Used } from './send.ts';
import { createByteQueue } from './byte-queue.ts';
import { errorOfNetwork, errorOfStatus, errorOfText, sentence } from './errors.ts';
import type { CallSite } from './errors.ts';
import { onAbort } from './on-abort.ts';
import {
  EXEC_BUFFER_BYTES,
  EXEC_HANDSHAKE_MS,
  EXEC_PING_MS,
  EXEC_SILENCE_MS,
  KEEP_ALIVE_MS,
  MAX_RAW_BYTES,
  MAX_STDERR_BYTES,
} from './settings.ts';

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
/** The first byte of every message. */
const channels = { stdout: 1, stderr: 2, status: 3 } as const;

/** Resolves when the command runs. */
export async function execCommand(
  connection: Connection,
  request: ExecRequest,
): Promise<ExecSession> {
  request.signal.throwIfAborted();
  const site = connection.site({
    verb: `run "${request.command[0] ?? ''}" in`,
    object: `Pod ${request.namespace}/${request.pod}`,
  });
  const { default: Socket } = await import('ws');
  const first = await connection.access(request.signal);
  try {
    return await connect(first);
  } catch (error) {
    const denied = error instanceof DrctlError && error.code === 'CLIENT_UNAUTHENTICATED';
    if (!denied || !(await connection.renew(first))) throw error;
    return connect(await connection.access(request.signal));
  }

  async function connect(using: Used): Promise<ExecSession> {
    const named = { ...site, server: using.server };
    const socket = new Socket(using.server.replace(/^http/, 'ws') + execPath(request), protocols, {
      agent: using.agent,
      headers: { ...using.headers, 'User-Agent': 'drctl' },
      handshakeTimeout: EXEC_HANDSHAKE_MS,
      perMessageDeflate: false,
    });
    socket.binaryType = 'nodebuffer';
    return started(socket, request, named);
  }
}

function execPath(request: ExecRequest): string {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  if (request.container !== undefined) query.set('container', request.container);
  for (const word of request.command) query.append('command', word);
  const pod = `${encodeURIComponent(request.namespace)}/pods/${encodeURIComponent(request.pod)}`;
  return `/api/v1/namespaces/${pod}/exec?${query.toString()}`;
}

function started(socket: WebSocket, request: ExecRequest, site: CallSite): Promise<ExecSession> {
  return new Promise((resolve, reject) => {
    // The session listens from the start: the first message may arrive together with the handshake.
    const session = createSession(socket, request.signal, site);
    socket.once('upgrade', (response: IncomingMessage) => {
      response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    });
    keepAlive(socket, () => session.fail(errorOfSilence(site)));
    socket.once('open', () => resolve(session.of));
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      void refuse(response);
    });
    session.of.exit.catch((error: unknown) => reject(error as Error));

    const refuse = async (response: IncomingMessage): Promise<void> => {
      const body = await readRefusal(response);
      const after = response.headers['retry-after'];
      reject(errorOfStatus(site, response.statusCode ?? 0, body, after));
      socket.terminate();
    };
  });
}

/**
 * Pings, and tells of a connection on which nothing comes any more. One that has never answered a ping may belong to a
 * server that answers none, and is left to the time that the caller gives the command; so is one that is not read because
 * the consumer is slow.
 */
function keepAlive(socket: WebSocket, silent: () => void): void {
  let answers = false;
  let heardAt = performance.now();
  const heard = (): void => {
    heardAt = performance.now();
  };
  const ping = (): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.isPaused) heard();
    if (answers && performance.now() - heardAt > EXEC_SILENCE_MS) silent();
    else socket.ping();
  };
  const pinging = setInterval(ping, EXEC_PING_MS);
  socket.once('open', ping);
  socket.on('message', heard);
  socket.on('pong', () => {
    answers = true;
    heard();
  });
  socket.once('close', () => clearInterval(pinging));
}

function errorOfSilence(site: CallSite): DrctlError {
  return new DrctlError(
    'CLIENT_UNREACHABLE',
    `${sentence(site)}: the connection has been dead for ${EXEC_SILENCE_MS / 1_000}s`,
    { retryable: true },
  );
}

interface Session {
  readonly of: ExecSession;
  fail(error: Error): void;
}

function createSession(socket: WebSocket, signal: AbortSignal, site: CallSite): Session {
  const queue = createByteQueue({
    highWaterBytes: EXEC_BUFFER_BYTES,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    abandon: () => socket.terminate(),
  });
  let stderr = '';
  let settled = false;
  let succeed: (result: { code: number; stderr: string }) => void;
  let fail: (error: Error) => void;
  const exit = new Promise<{ code: number; stderr: string }>((resolve, reject) => {
    succeed = resolve;
    fail = reject;
  });
  // The consumer may learn of a failure through stdout first; that must not count as unhandled.
  exit.catch(() => undefined);

  let forget: (() => void) | undefined;
  const end = (result: { code: number; stderr: string } | Error): void => {
    if (settled) return;
    settled = true;
    forget?.();
    if (result instanceof Error) {
      queue.fail(result);
      fail(result);
      socket.terminate();
    } else {
      queue.end();
      succeed(result);
      socket.close();
    }
  };
  forget = onAbort(signal, () => end(signal.reason as Error));

  socket.on('message', (data: Buffer) => {
    const content = data.subarray(1);
    if (data[0] === channels.stdout && content.length > 0) queue.push(content);
    else if (data[0] === channels.stderr) {
      stderr = (stderr + content.toString('utf8')).slice(-MAX_STDERR_BYTES);
    } else if (data[0] === channels.status) end(readStatus(content.toString('utf8'), stderr, site));
  });
  socket.on('error', (cause) => end(errorOfNetwork(site, cause)));
  socket.on('close', () => {
    end(
      new DrctlError(
        'CLIENT_UNREACHABLE',
        `${sentence(site)}: the connection was cut before the command's end was known`,
        { retryable: true },
      ),
    );
  });
  return { of: { stdout: queue.bytes, exit }, fail: end };
}

interface ExecStatus {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { reason?: string; message?: string }[] };
}

function readStatus(
  text: string,
  stderr: string,
  site: CallSite,
): { code: number; stderr: string } | Error {
  let status: ExecStatus;
  try {
    status = JSON.parse(text) as ExecStatus;
  } catch {
    return errorOfText(site, 'the end of the command');
  }
  if (status.status === 'Success') return { code: 0, stderr };
  const cause = status.details?.causes?.find((one) => one.reason === 'ExitCode');
  const code = Number(cause?.message);
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(code)) return { code, stderr };
  // The container runtime could not start the command, or lost it.
  return new DrctlError('EXEC_FAILED', `${sentence(site)}: ${status.message ?? text}`);
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_RAW_BYTES) break;
    }
  } catch {
    // The status alone decides; the text is only for people.
  }
  return Buffer.concat(chunks).toString('utf8');
}
