/*
 * One HTTP request as the handlers see it: path split into resource parts, query, user, and a body read
 * with a bound. Knows HTTP, knows nothing of the store.
 */
import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { tooLong } from './field-errors.ts';
import type { Json } from './objects.ts';
import { parseProtobuf, protobufMediaType } from './protobuf.ts';
import { badRequest, invalid, StatusError, unsupportedMediaType } from './status-error.ts';

/** Who sends the request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A request for a resource: /api/v1/… or /apis/group/version/… */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  readonly subresource: string;
}

/** A request, authenticated and split up. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly user: User;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  body(): Promise<Buffer>;
}

/** The API server's own limit on request bodies. */
const bodyLimitBytes = 3 * 1024 * 1024;

/** Reads a body of bounded size. Throws 413 beyond the limit. */
export async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > bodyLimitBytes) {
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${bodyLimitBytes}`,
      );
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

export const objectMediaTypes = [
  'application/json',
  'application/yaml',
  protobufMediaType,
] as const;

/** The body as JSON data; empty bodies read as undefined. Throws 415 and 400. */
export async function readObject(request: Request): Promise<Json | undefined> {
  const body = await request.body();
  if (body.length === 0) return undefined;
  const type = mediaType(request.contentType);
  if (type === '' || type === 'application/json') return parseJson(body);
  if (type === 'application/yaml') return parseYamlBody(body);
  if (type === protobufMediaType) return parseProtobuf(body);
  throw unsupportedMediaType(objectMediaTypes);
}

/** Parses JSON or answers 400. */
export function parseJson(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (cause) {
    throw badRequest(
      `error decoding the body: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

/** Parses YAML (or JSON, which is YAML) or answers 400. */
export function parseYamlBody(body: Buffer): Json {
  try {
    return parseYaml(body.toString('utf8')) as Json;
  } catch (cause) {
    throw badRequest(
      `error decoding YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

/** The media type without parameters, lower case. */
export function mediaType(header: string): string {
  return (header.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Splits a path into resource parts; undefined when it is not a resource path. */
export function resourcePath(path: string): ResourcePath | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, first, second] = parts;
  if (root === 'api') return below('', first, parts.slice(2));
  return root === 'apis' && first !== undefined ? below(first, second, parts.slice(3)) : undefined;
}

/** Subresources of a namespace itself: /namespaces/x/status is not a resource in the namespace x. */
const namespaceSubresources = new Set(['status', 'finalize']);

function below(
  group: string,
  version: string | undefined,
  rest: readonly string[],
): ResourcePath | undefined {
  const [first, namespace = '', third] = rest;
  if (version === undefined || first === undefined) return undefined;
  const isInNamespace =
    first === 'namespaces' &&
    third !== undefined &&
    !(group === '' && namespaceSubresources.has(third));
  const [plural = '', name = '', ...subresource] = isInNamespace ? rest.slice(2) : rest;
  return {
    group,
    version,
    namespace: isInNamespace ? namespace : '',
    plural,
    name,
    subresource: subresource.join('/'),
  };
}

const managerLimitBytes = 128;

/** The manager a write is recorded under: fieldManager, or the client's name from its User-Agent. */
export function fieldManager(request: Request): string {
  const given = request.query.get('fieldManager');
  if (given !== null && Buffer.byteLength(given) > managerLimitBytes) {
    throw invalid(optionsKind(request), '', [tooLong('fieldManager', managerLimitBytes)]);
  }
  if (given !== null && given !== '') return given;
  return request.userAgent.split('/', 1)[0] || 'unknown';
}

const optionsKinds: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** The kind that a request's parameters are validated as. */
function optionsKind({ method }: Request): { group: string; kind: string } {
  return { group: 'meta.k8s.io', kind: optionsKinds[method] ?? 'CreateOptions' };
}

/** dryRun=All of the query or of a DeleteOptions body; any other value is a 422. */
export function isDryRun(request: Request, inBody: readonly string[] = []): boolean {
  const values = [...inBody, ...request.query.getAll('dryRun')];
  if (!values.some((value) => value !== 'All')) return values.length > 0;
  const shown = values.map((value) => JSON.stringify(value)).join(', ');
  throw invalid(optionsKind(request), '', [
    {
      field: 'dryRun',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: []string{${shown}}: supported values: "All"`,
    },
  ]);
}
