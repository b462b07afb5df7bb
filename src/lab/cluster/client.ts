// A small Kubernetes client over HTTPS: what the lab's controllers and tests use. It holds to the wire protocol only,
// so that the controllers run unchanged against any API server. No retries: the reconcile loops are level-triggered.

import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Connection } from './kubeconfig.ts';
import type { Kind, KubeObject } from './objects.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** A field that its kind does not know is refused rather than dropped: the lab's controllers are not to invent any. */
const STRICT = '?fieldValidation=Strict';

/** What the server answered when it refused, or could not be asked (code 0). */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export interface ObjectAddress {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The parts of DeleteOptions that the lab uses. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** `metadata`: reads answer with metadata alone (PartialObjectMetadata), whatever the objects weigh. */
export interface ClientOptions {
  readonly reads?: 'whole' | 'metadata';
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface Client {
  /** undefined: absent. */
  get(kind: Kind, address: ObjectAddress): Promise<KubeObject | undefined>;
  list(kind: Kind, namespace?: string): Promise<ObjectList>;
  create(kind: Kind, object: KubeObject): Promise<KubeObject>;
  /** JSON merge patch of the object, or of a subresource. */
  patch(
    kind: Kind,
    address: ObjectAddress,
    patch: unknown,
    subresource?: 'status' | 'scale',
  ): Promise<KubeObject>;
  /** Replaces the object through one of its subresources. */
  replace(kind: Kind, object: KubeObject, subresource: string): Promise<KubeObject>;
  /** Nothing happens when absent. */
  remove(kind: Kind, address: ObjectAddress, options?: DeleteOptions): Promise<void>;
  /** Deletes the whole collection of a namespace, where the server offers that. */
  removeAll(kind: Kind, namespace: string, options?: DeleteOptions): Promise<void>;
  /** Calls `onEvent` until the stream ends; rejects on a broken connection, resolves when `signal` or the server ended it. */
  watch(
    kind: Kind,
    resourceVersion: string,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** GET of any path: status and text. */
  raw(path: string): Promise<{ readonly status: number; readonly body: string }>;
  close(): void;
}

export function createClient(connection: Connection, options: ClientOptions = {}): Client {
  const agent = new Agent({ keepAlive: true, ca: connection.ca });
  const accept = (shape: string): { readonly accept?: string } =>
    options.reads === 'metadata'
      ? { accept: `application/json;as=${shape};g=meta.k8s.io;v=v1` }
      : {};
  const ofObject = accept('PartialObjectMetadata');
  const ofList = accept('PartialObjectMetadataList');

  function open(call: Call, signal?: AbortSignal): Promise<IncomingMessage> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(new URL(call.path, connection.server), {
        method: call.method,
        agent,
        ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
        ...(signal === undefined ? { timeout: REQUEST_TIMEOUT_MS } : { signal }),
        headers: {
          authorization: `Bearer ${connection.token}`,
          accept: call.accept ?? 'application/json',
          ...(body === undefined
            ? {}
            : {
                'content-type': call.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(body),
              }),
        },
      });
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', (error) => {
        reject(new KubeError(0, `${call.method} ${call.path}: ${error.message}`, { cause: error }));
      });
      request.on('response', resolve);
      request.end(body);
    });
  }

  async function send(call: Call): Promise<KubeObject | undefined> {
    const response = await open(call);
    const text = await readText(response);
    const status = response.statusCode ?? 0;
    if (status === 404 && call.method !== 'POST' && call.method !== 'PATCH') return undefined;
    if (status >= 400)
      throw new KubeError(status, `${call.method} ${call.path}: ${text.slice(0, 500)}`);
    return JSON.parse(text) as KubeObject;
  }

  async function sendFor(call: Call): Promise<KubeObject> {
    const found = await send(call);
    if (found === undefined) throw new KubeError(404, `${call.method} ${call.path}: not found`);
    return found;
  }

  return {
    get: (kind, address) => send({ method: 'GET', path: pathOf(kind, address), ...ofObject }),
    async list(kind, namespace) {
      const found = await sendFor({ method: 'GET', path: pathOf(kind, { namespace }), ...ofList });
      const list = found as unknown as {
        readonly items: readonly KubeObject[] | null;
        readonly metadata: { readonly resourceVersion: string };
      };
      // Items of a list carry neither kind nor version on every server; an empty list of metadata has null for items.
      const items = (list.items ?? []).map((item) => ({
        ...item,
        apiVersion: kind.apiVersion,
        kind: kind.kind,
      }));
      return { items, resourceVersion: list.metadata.resourceVersion };
    },
    create: (kind, object) =>
      sendFor({
        method: 'POST',
        path: pathOf(kind, { namespace: object.metadata.namespace }) + STRICT,
        body: { ...object, apiVersion: kind.apiVersion, kind: kind.kind },
      }),
    patch: (kind, address, patch, subresource) =>
      sendFor({
        method: 'PATCH',
        path: pathOf(kind, address) + (subresource === undefined ? '' : `/${subresource}`) + STRICT,
        body: patch,
        contentType: 'application/merge-patch+json',
      }),
    replace: (kind, object, subresource) =>
      sendFor({
        method: 'PUT',
        path: `${pathOf(kind, object.metadata)}/${subresource}`,
        body: { ...object, apiVersion: kind.apiVersion, kind: kind.kind },
      }),
    async remove(kind, address, deleteOptions) {
      await send({ method: 'DELETE', path: pathOf(kind, address), body: { ...deleteOptions } });
    },
    async removeAll(kind, namespace, deleteOptions) {
      await send({
        method: 'DELETE',
        path: pathOf(kind, { namespace }),
        body: { ...deleteOptions },
      });
    },
    async watch(kind, resourceVersion, onEvent, signal) {
      const path = `${pathOf(kind, {})}?watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
      const response = await open({ method: 'GET', path, ...ofObject }, signal);
      if (response.statusCode !== 200) {
        throw new KubeError(response.statusCode ?? 0, `watch ${path}: ${await readText(response)}`);
      }
      await readLines(response, (line) => onEvent(JSON.parse(line) as WatchEvent));
    },
    async raw(path) {
      const response = await open({ method: 'GET', path });
      return { status: response.statusCode ?? 0, body: await readText(response) };
    },
    close: () => agent.destroy(),
  };
}

function pathOf(kind: Kind, address: { namespace?: string | undefined; name?: string }): string {
  const root = kind.apiVersion.includes('/')
    ? `/apis/${kind.apiVersion}`
    : `/api/${kind.apiVersion}`;
  const scope =
    kind.namespaced && address.namespace !== undefined ? `/namespaces/${address.namespace}` : '';
  const name = address.name === undefined ? '' : `/${address.name}`;
  return `${root}${scope}/${kind.plural}${name}`;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function readLines(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  }
}
