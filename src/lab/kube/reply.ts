/*
 * What a handler answers and how it is written: JSON or YAML by the Accept header, tables and metadata-only
 * forms when the client asks for them, Status bodies for errors.
 */
import type { ServerResponse } from 'node:http';
import { stringify as stringifyYaml } from 'yaml';
import type { JsonObject } from './objects.ts';
import { mediaType } from './request.ts';
import { notAcceptable, StatusError } from './status-error.ts';

/** A complete answer. */
export interface Reply {
  readonly code: number;
  readonly body: JsonObject | string;
  readonly contentType?: string;
  readonly warnings?: readonly string[];
}

/** One entry of an Accept header. */
export interface Accepted {
  readonly type: string;
  readonly params: Readonly<Record<string, string>>;
}

/** How the client wants the answer. */
export interface Form {
  readonly yaml: boolean;
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
}

/** Parses an Accept header, in the client's order. */
export function acceptedTypes(header: string): readonly Accepted[] {
  return header
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const params: Record<string, string> = {};
      for (const pair of part.split(';').slice(1)) {
        const [key = '', value = ''] = pair.split('=').map((text) => text.trim());
        params[key] = value;
      }
      return { type: mediaType(part), params };
    });
}

const jsonTypes = new Set(['application/json', 'application/*', '*/*']);
const yamlTypes = new Set(['application/yaml']);
const metaForms = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'] as const;

/** The first form the client accepts and this server can write. Throws 406 when there is none. */
export function chooseForm(header: string): Form {
  const types = header === '' ? [{ type: '*/*', params: {} }] : acceptedTypes(header);
  for (const { type, params } of types) {
    const yaml = yamlTypes.has(type);
    if (!yaml && !jsonTypes.has(type)) continue;
    const as = params['as'];
    if (as === undefined) return { yaml, as: 'object' };
    const known = metaForms.find((form) => form === as);
    const isMeta = params['g'] === 'meta.k8s.io' && params['v'] === 'v1';
    if (known !== undefined && isMeta) return { yaml, as: known };
  }
  throw notAcceptable(['application/json', 'application/yaml']);
}

const tooLargeCode = 413;

/** Writes an answer. */
export function sendReply(
  response: ServerResponse,
  reply: Reply,
  { yaml, pretty }: { yaml: boolean; pretty: boolean },
): void {
  const headers: Record<string, string | string[]> = {
    'Content-Type': reply.contentType ?? (yaml ? 'application/yaml' : 'application/json'),
    'Cache-Control': 'no-cache, private',
  };
  // What of the request was not read would be taken for the next one.
  if (reply.code === tooLargeCode) headers['Connection'] = 'close';
  if (reply.warnings !== undefined && reply.warnings.length > 0) {
    headers['Warning'] = warningHeaders(reply.warnings);
  }
  response.writeHead(reply.code, headers);
  response.end(bodyText(reply.body, { yaml, pretty }));
}

/** All warnings of one answer together (apiserver: pkg/endpoints/filters/warning.go). */
const warningsLimitBytes = 4 * 1024;

/** Warning headers, ASCII only and of bounded size: what does not fit is left out. */
function warningHeaders(warnings: readonly string[]): string[] {
  let left = warningsLimitBytes;
  return warnings
    .map((text) => `299 - ${JSON.stringify(text)}`.replaceAll(/[^\x20-\x7e]/g, '?'))
    .filter((header) => (left -= header.length) >= 0);
}

function bodyText(
  body: JsonObject | string,
  { yaml, pretty }: { yaml: boolean; pretty: boolean },
): string {
  if (typeof body === 'string') return body;
  if (yaml) return stringifyYaml(body);
  return `${JSON.stringify(body, null, pretty ? 2 : 0)}\n`;
}

/** Any failure as a Status answer; what is no StatusError is an internal error, without its details. */
export function errorReply(error: unknown): Reply {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  return { code: status.code, body: status.toStatus() };
}
