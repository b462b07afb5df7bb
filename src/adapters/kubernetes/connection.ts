// Requests to one API server over kept-alive connections. Every request has a timeout, honours its signal, and ends in
// an answer, in the signal's reason, or in a CLIENT_* error; a body is never left unread on a shared connection.

import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../engine/index.ts';
import { DrctlError } from '../../engine/index.ts';
import { createCredentials } from './credentials.ts';
import type { Access, Credentials } from './credentials.ts';
import { readBody } from './body.ts';
import type { Body } from './body.ts';
import { isRepeatable, readAgain } from './read-again.ts';
import {
  errorOfNetwork,
  errorOfStatus,
  errorOfText,
  errorOfTimeout,
  retryAfterMs,
  sentence,
} from './errors.ts';
import type { CallSite } from './errors.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { onAbort, untilAbort } from './on-abort.ts';
import {
  MAX_BODY_BYTES,
  MAX_BUSY_WAITS,
  MAX_BUSY_WAIT_MS,
  MAX_FREE_SOCKETS,
  MAX_RAW_BYTES,
  REQUEST_TIMEOUT_MS,
} from './settings.ts';
import { createWarnings, onceEach } from './warnings.ts';

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
  /** JSON unless said otherwise. */
  readonly accept?: string;
  /** A body that is read as it comes. */
  readonly streamed?: boolean;
  /** Changes nothing whatever its method: it may be made again, as a GET may. */
  readonly harmless?: boolean;
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
  access(signal: AbortSignal): Promise<Used>;
  /** "https://…" once known, for messages. */
  site(call: Pick<Call, 'verb' | 'object'>): CallSite;
  /**
   * After a 401 to this access: forgets cached tokens, or reads the kubeconfig again, where somebody may have logged in
   * meanwhile. True when a second try makes sense.
   */
  renew(refused: Used): Promise<boolean>;
  close(): void;
}

export interface Used extends Access {
  readonly server: string;
  /** What it comes from. */
  readonly of: Credentials;
}

interface Opened {
  readonly config: LoadedKubeconfig;
  readonly credentials: Credentials;
}

export function createConnection(
  load: () => Promise<LoadedKubeconfig>,
  notice: (message: string) => void,
): Connection {
  const warnings = createWarnings((text) => notice(`${serverName()} warns: ${text}`));
  const tellBusy = onceEach(notice);
  let opened: Promise<Opened> | undefined;
  let known: Opened | undefined;
  let reloading: Promise<boolean> | undefined;
  const replaced: Credentials[] = [];

  const open = () => {
    opened ??= load().then((config) => {
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

  const serverName = (): string => known?.config.server ?? 'the API server';

  const site = (call: Pick<Call, 'verb' | 'object'>): CallSite => ({
    verb: call.verb,
    object: call.object,
    server: serverName(),
  });

  const access = async (signal: AbortSignal): Promise<Used> => {
    signal.throwIfAborted();
    const { config, credentials } = await open();
    // A credential plugin may take its time; nobody waits for it longer than for the call.
    const current = await untilAbort(credentials.current(), signal);
    return { ...current, server: config.server, of: credentials };
  };

  const reload = async (before: Opened): Promise<boolean> => {
    let config: LoadedKubeconfig;
    try {
      config = await load();
    } catch {
      // A file that is just being written says nothing.
      return false;
    }
    // Whoever logs in somewhere else makes that the current context. A run never follows to another server.
    const isAnother = config.server !== before.config.server;
    if (isAnother || isDeepStrictEqual(config.login, before.config.login)) return false;
    replaced.push(before.credentials);
    known = { config, credentials: createCredentials(config) };
    opened = Promise.resolve(known);
    return true;
  };

  const renew = async (refused: Used): Promise<boolean> => {
    if (known === undefined) return false;
    if (refused.of !== known.credentials || known.credentials.renew(refused)) return true;
    reloading ??= reload(known).finally(() => {
      reloading = undefined;
    });
    return reloading;
  };

  const send = async (call: Call, using: Used): Promise<http.IncomingMessage> => {
    for (let reused = 0; ; reused += 1) {
      try {
        const response = await sendOnce({ call, using, site: site(call) });
        warnings(response.headers['warning']);
        return response;
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        // The server may have closed an idle connection just as it is used again; each failure takes one such
        // connection away. What writes is not sent twice unasked.
        if (!isRepeatable(call) || reused >= MAX_FREE_SOCKETS) throw error.error;
      }
    }
  };

  const authorized = async (call: Call): Promise<http.IncomingMessage> => {
    const using = await access(call.signal);
    const response = await send(call, using);
    if (response.statusCode !== 401 || !(await renew(using))) return response;
    response.resume();
    return send(call, await access(call.signal));
  };

  const answer = async (call: Call): Promise<http.IncomingMessage> => {
    for (let waits = 0; ; waits += 1) {
      const response = await authorized(call);
      // Nothing was done yet: also what writes can be asked again.
      const wait = response.statusCode === 429 ? retryAfterMs(response.headers['retry-after']) : 0;
      if (wait === 0 || wait === undefined) return response;
      if (wait > MAX_BUSY_WAIT_MS || waits >= MAX_BUSY_WAITS) return response;
      response.resume();
      tellBusy(`${serverName()} is busy and asks to wait; calls take longer`);
      await untilAbort(delay(wait, undefined, { signal: call.signal }), call.signal);
    }
  };

  const ok = async (call: Call): Promise<http.IncomingMessage> => {
    const response = await answer(call);
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    const { text } = await body(response, call, MAX_RAW_BYTES);
    throw errorOfStatus(site(call), code, text, response.headers['retry-after']);
  };

  const body = async (response: http.IncomingMessage, call: Call, bytes: number): Promise<Body> => {
    const timedOut = (): Error => errorOfTimeout(site(call), REQUEST_TIMEOUT_MS);
    try {
      const bounds = { bytes, ms: REQUEST_TIMEOUT_MS, timedOut, signal: call.signal };
      return await readBody(response, bounds);
    } catch (cause) {
      throw failure(cause, { call, site: site(call), reused: false });
    }
  };

  const jsonOnce = async <T>(call: Call): Promise<T> => {
    const response = await ok(call);
    const { text, cut } = await body(response, call, MAX_BODY_BYTES);
    if (cut) {
      throw new DrctlError(
        'CLIENT_INVALID',
        `${sentence(site(call))}: the answer is larger than ${MAX_BODY_BYTES} bytes`,
      );
    }
    try {
      return JSON.parse(text) as T;
    } catch {
      throw errorOfText(site(call), 'the answer');
    }
  };

  return {
    site,
    access,
    json: (call) => readAgain(call, () => jsonOnce(call)),
    async raw(call) {
      const response = await answer(call);
      const { text } = await body(response, call, MAX_RAW_BYTES);
      return { status: response.statusCode ?? 0, body: text };
    },
    stream: (call) => ok({ ...call, streamed: true }),
    renew,
    close: () => {
      for (const credentials of replaced) credentials.close();
      known?.credentials.close();
    },
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

interface Sending {
  readonly call: Call;
  readonly using: Used;
  readonly site: CallSite;
}

function sendOnce({ call, using, site }: Sending): Promise<http.IncomingMessage> {
  const url = new URL(using.server + call.path);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers: http.OutgoingHttpHeaders = {
    ...using.headers,
    Accept: call.accept ?? 'application/json',
    'Accept-Encoding': call.streamed === true ? 'identity' : 'gzip',
    'User-Agent': 'drctl',
  };
  if (body !== undefined) {
    headers['Content-Type'] = call.contentType ?? 'application/json';
    headers['Content-Length'] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'http:' ? http : https;
    const sent = request(url, { method: call.method, headers, agent: using.agent });
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
