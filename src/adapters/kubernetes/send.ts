// One HTTP exchange: a request with its credentials until the head of its answer, within bounds of time.

import http from 'node:http';
import https from 'node:https';
import type { Json } from '../../engine/index.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Access, Credentials } from './credentials.ts';
import { errorOfNetwork, errorOfTimeout } from './errors.ts';
import type { CallSite } from './errors.ts';
import { onAbort } from './on-abort.ts';
import { REQUEST_TIMEOUT_MS } from './settings.ts';

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

export interface Used extends Access {
  readonly server: string;
  /** What it comes from. */
  readonly of: Credentials;
}

/** A reused connection broke before any answer came. */
export class StaleConnection extends Error {
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

export interface Answer extends http.IncomingMessage {
  /** Once its body was read: the connection is free for the next call, or gone. */
  readonly freed: Promise<void>;
}

/** Rejects with the signal's reason, StaleConnection, or CLIENT_UNREACHABLE. */
export function sendOnce({ call, using, site }: Sending): Promise<Answer> {
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
    // Node gives the connection back to its agent in the same turn in which it says this.
    const freed = new Promise<void>((done) => sent.once('close', () => done()));
    sent.once('response', (response) => {
      settle();
      resolve(Object.assign(response, { freed }));
    });
    sent.once('error', (cause) => {
      settle();
      reject(failure(cause, { call, site, reused: sent.reusedSocket }));
    });
    sent.end(body);
  });
}

export function failure(
  cause: unknown,
  of: { call: Call; site: CallSite; reused: boolean },
): Error {
  if (of.call.signal.aborted) return of.call.signal.reason as Error;
  if (cause instanceof DrctlError) return cause;
  const error = errorOfNetwork(of.site, cause);
  const code = (cause as NodeJS.ErrnoException).code;
  const stale = of.reused && (code === 'ECONNRESET' || code === 'EPIPE');
  return stale ? new StaleConnection(error) : error;
}
