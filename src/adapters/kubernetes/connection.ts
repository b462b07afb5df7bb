// Requests to one API server over kept-alive connections. Every request has a timeout, honours its signal, and ends in
// an answer, in the signal's reason, or in a CLIENT_* error; a body is never left unread on a shared connection.

import http from 'node:http';
import https from 'node:https';
import type { Json } from '../../engine/index.ts';
import { DrctlError } from '../../engine/index.ts';
import { createCredentials } from './credentials.ts';
import type { Access, Credentials } from './credentials.ts';
import { errorOfNetwork, errorOfStatus, errorOfTimeout, sentence } from './errors.ts';
import type { CallSite } from './errors.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { KubeSettings, LoadedKubeconfig } from './kubeconfig.ts';
import { onAbort } from './on-abort.ts';
import { MAX_BODY_BYTES, MAX_RAW_BYTES, REQUEST_TIMEOUT_MS } from './settings.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With the query, already encoded. */
  readonly path: string;
  /** In the words of the person: "list", "patch". */
  readonly verb: string;
  /** "NodePool clusters/np-1" */
  readonly object: string;
  readonly body?: Json;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

export interface Connection {
  /** The parsed body of a 2xx answer; throws for every other. */
  json<T>(call: Call): Promise<T>;
  /** Whatever the status, the first 64 KiB of the body. */
  raw(call: Call): Promise<{ readonly status: number; readonly body: string }>;
  /** A 2xx answer whose body goes on; the caller reads or destroys it. */
  stream(call: Call): Promise<http.IncomingMessage>;
  /** For the WebSocket: where to connect and with what. */
  access(): Promise<Access & { readonly server: string }>;
  /** "https://…" once known, for messages. */
  site(call: Pick<Call, 'verb' | 'object'>): CallSite;
  /** Forgets cached tokens after a 401; true when a second try makes sense. */
  renew(): boolean;
  close(): void;
}

export function createConnection(
  settings: KubeSettings,
  notice: (message: string) => void,
): Connection {
  let opened: Promise<{ config: LoadedKubeconfig; credentials: Credentials }> | undefined;
  let known: { config: LoadedKubeconfig; credentials: Credentials } | undefined;

  const open = () => {
    opened ??= loadKubeconfig(settings).then((config) => {
      if (config.insecure) {
        notice(
          `${config.file} says insecure-skip-tls-verify: the identity of ${config.server} is not checked`,
        );
      }
      known = { config, credentials: createCredentials(config) };
      return known;
    });
    return opened;
  };

  const site = (call: Pick<Call, 'verb' | 'object'>): CallSite => ({
    verb: call.verb,
    object: call.object,
    server: known?.config.server ?? 'the API server',
  });

  const send = async (call: Call): Promise<http.IncomingMessage> => {
    call.signal.throwIfAborted();
    const { config, credentials } = await open();
    const access = await credentials.current();
    const once = () => sendOnce({ call, server: config.server, access, site: site(call) });
    try {
      return await once();
    } catch (error) {
      // The server may close an idle connection just as it is used again; Node advises to send once more.
      if (call.method !== 'GET' || !(error instanceof StaleConnection)) throw plain(error);
      return once().catch((second: unknown) => {
        throw plain(second);
      });
    }
  };

  const answer = async (call: Call): Promise<http.IncomingMessage> => {
    const response = await send(call);
    if (response.statusCode !== 401 || known?.credentials.renew() !== true) return response;
    response.resume();
    return send(call);
  };

  const ok = async (call: Call): Promise<http.IncomingMessage> => {
    const response = await answer(call);
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    const { text } = await readBody(response, call, { limit: MAX_RAW_BYTES, site: site(call) });
    throw errorOfStatus(site(call), code, text, response.headers['retry-after']);
  };

  return {
    site,
    async json<T>(call: Call) {
      const response = await ok(call);
      const limit = MAX_BODY_BYTES;
      const { text, cut } = await readBody(response, call, { limit, site: site(call) });
      if (cut) {
        throw new DrctlError(
          'CLIENT_INVALID',
          `${sentence(site(call))}: the answer is larger than ${limit} bytes`,
        );
      }
      try {
        return JSON.parse(text) as T;
      } catch (cause) {
        throw new DrctlError(
          'CLIENT_UNREACHABLE',
          `${sentence(site(call))}: the answer is not JSON`,
          { cause, retryable: true, hint: 'Is a proxy or login page answering instead?' },
        );
      }
    },
    async raw(call) {
      const response = await answer(call);
      const { text } = await readBody(response, call, { limit: MAX_RAW_BYTES, site: site(call) });
      return { status: response.statusCode ?? 0, body: text };
    },
    stream: ok,
    async access() {
      const { config, credentials } = await open();
      return { ...(await credentials.current()), server: config.server };
    },
    renew: () => known?.credentials.renew() === true,
    close: () => known?.credentials.close(),
  };
}

/** A reused connection broke before any answer came. */
class StaleConnection extends Error {
  readonly error: DrctlError;
  constructor(error: DrctlError) {
    super(error.message);
    this.error = error;
  }
}

function plain(error: unknown): unknown {
  return error instanceof StaleConnection ? error.error : error;
}

interface Sending {
  readonly call: Call;
  readonly server: string;
  readonly access: Access;
  readonly site: CallSite;
}

function sendOnce({ call, server, access, site }: Sending): Promise<http.IncomingMessage> {
  const url = new URL(server + call.path);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers: Record<string, string | number> = {
    ...access.headers,
    Accept: 'application/json',
    'User-Agent': 'drctl',
  };
  if (body !== undefined) {
    headers['Content-Type'] = call.contentType ?? 'application/json';
    headers['Content-Length'] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'http:' ? http : https;
    const sent = request(url, { method: call.method, headers, agent: access.agent });
    const timer = setTimeout(
      () => sent.destroy(errorOfTimeout(site, REQUEST_TIMEOUT_MS)),
      REQUEST_TIMEOUT_MS,
    );
    const forget = onAbort(call.signal, () => sent.destroy(new Error('aborted')));
    const settle = (): void => {
      clearTimeout(timer);
      forget();
    };
    sent.once('response', (response) => {
      settle();
      resolve(response);
    });
    sent.once('error', (cause) => {
      settle();
      reject(failure(cause, { call, site, reused: sent.reusedSocket }));
    });
    sent.end(body);
  });
}

function failure(cause: unknown, of: { call: Call; site: CallSite; reused: boolean }): Error {
  if (of.call.signal.aborted) return of.call.signal.reason as Error;
  if (cause instanceof DrctlError) return cause;
  const error = errorOfNetwork(of.site, cause);
  const code = (cause as NodeJS.ErrnoException).code;
  const stale = of.reused && (code === 'ECONNRESET' || code === 'EPIPE');
  return stale ? new StaleConnection(error) : error;
}

async function readBody(
  response: http.IncomingMessage,
  call: Call,
  { limit, site }: { readonly limit: number; readonly site: CallSite },
): Promise<{ readonly text: string; readonly cut: boolean }> {
  const timer = setTimeout(
    () => response.destroy(errorOfTimeout(site, REQUEST_TIMEOUT_MS)),
    REQUEST_TIMEOUT_MS,
  );
  const forget = onAbort(call.signal, () => response.destroy(new Error('aborted')));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) break;
    }
  } catch (cause) {
    throw failure(cause, { call, site, reused: false });
  } finally {
    clearTimeout(timer);
    forget();
  }
  const whole = Buffer.concat(chunks);
  return { text: whole.subarray(0, limit).toString('utf8'), cut: size > limit };
}
