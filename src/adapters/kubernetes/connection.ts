// Requests to one API server over kept-alive connections. Every request has a timeout, honours its signal, and ends in
// an answer, in the signal's reason, or in a CLIENT_* error; a body is never left unread on a shared connection.

import type http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DrctlError } from '../../engine/index.ts';
import { createCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { readBody } from './body.ts';
import type { Body } from './body.ts';
import { isRepeatable, readAgain } from './read-again.ts';
import { errorOfStatus, errorOfText, errorOfTimeout, retryAfterMs, sentence } from './errors.ts';
import type { CallSite } from './errors.ts';
import type { LoadedKubeconfig } from './kubeconfig.ts';
import { createGate } from './gate.ts';
import { untilAbort } from './on-abort.ts';
import { StaleConnection, failure, sendOnce } from './send.ts';
import type { Answer, Call, Used } from './send.ts';
import {
  MAX_BODY_BYTES,
  MAX_BUSY_WAITS,
  MAX_BUSY_WAIT_MS,
  MAX_FREE_SOCKETS,
  MAX_RAW_BYTES,
  REQUEST_TIMEOUT_MS,
} from './settings.ts';
import { createWarnings, onceEach } from './warnings.ts';

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
  const gate = createGate();
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

  const send = async (call: Call, using: Used): Promise<Answer> => {
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

  const authorized = async (call: Call): Promise<Answer> => {
    const using = await access(call.signal);
    const response = await gate.timed(call, () => send(call, using));
    if (response.statusCode !== 401 || !(await renew(using))) return response;
    await body(response, call, MAX_RAW_BYTES);
    return send(call, await access(call.signal));
  };

  const answer = async (call: Call): Promise<Answer> => {
    for (let waits = 0; ; waits += 1) {
      const response = await authorized(call);
      // Nothing was done yet: also what writes can be asked again.
      const wait = response.statusCode === 429 ? retryAfterMs(response.headers['retry-after']) : 0;
      if (wait === 0 || wait === undefined) return response;
      if (wait > MAX_BUSY_WAIT_MS || waits >= MAX_BUSY_WAITS) return response;
      await body(response, call, MAX_RAW_BYTES);
      tellBusy(`${serverName()} is busy and asks to wait; calls take longer`);
      await untilAbort(delay(wait, undefined, { signal: call.signal }), call.signal);
    }
  };

  const ok = async (call: Call): Promise<Answer> => {
    const response = await answer(call);
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    const { text } = await body(response, call, MAX_RAW_BYTES);
    throw errorOfStatus(site(call), code, text, response.headers['retry-after']);
  };

  const body = async (response: Answer, call: Call, bytes: number): Promise<Body> => {
    const timedOut = (): Error => errorOfTimeout(site(call), REQUEST_TIMEOUT_MS);
    try {
      const bounds = { bytes, ms: REQUEST_TIMEOUT_MS, timedOut, signal: call.signal };
      const read = await readBody(response, bounds);
      await untilAbort(response.freed, call.signal);
      return read;
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
    json: (call) => readAgain(call, () => gate.pass(call.signal, () => jsonOnce(call))),
    raw: (call) =>
      gate.pass(call.signal, async () => {
        const response = await answer(call);
        const { text } = await body(response, call, MAX_RAW_BYTES);
        return { status: response.statusCode ?? 0, body: text };
      }),
    stream: (call) => ok({ ...call, streamed: true }),
    renew,
    close: () => {
      for (const credentials of replaced) credentials.close();
      known?.credentials.close();
    },
  };
}
