// A request and a reply as the services see them, free of sockets.

import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';

export interface AwsRequest {
  readonly method: string;
  /** As it came, still percent-encoded, without the query. */
  readonly rawPath: string;
  /** Decoded, in the order in which they came. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface AwsReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
}

export function fromIncoming(message: IncomingMessage): AwsRequest {
  const [rawPath, rawQuery] = splitOnce(message.url ?? '/', '?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: message.method ?? 'GET',
    rawPath,
    query: parseQuery(rawQuery),
    headers,
    body: message,
  };
}

/** A form body or a query string. */
export function parseQuery(text: string): readonly (readonly [string, string])[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name, value] = splitOnce(part, '=');
      return [decodeComponent(name), decodeComponent(value)] as const;
    });
}

export function queryValue(request: AwsRequest, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decodeComponent(text: string): string {
  return decodePath(text.replaceAll('+', ' '));
}

/** Throws InvalidURI. */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

const bodyLimitBytes = 4 * 1024 * 1024;

/** A body that is a document, not data. Throws MaxMessageLengthExceeded above 4 MiB. */
export async function readDocument(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body) {
    sizeBytes += part.byteLength;
    if (sizeBytes > bodyLimitBytes) {
      throw new AwsError(400, 'MaxMessageLengthExceeded', 'Your request was too big.');
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
