/*
 * From node's messages to requests: who sends them and what they ask.
 */
import type { IncomingMessage } from 'node:http';
import type { Request, User } from './request.ts';

/** The user behind a request's bearer token. */
export function authenticate(
  users: ReadonlyMap<string, User>,
  message: IncomingMessage,
): User | undefined {
  const [scheme, token = ''] = (message.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' ? users.get(token.trim()) : undefined;
}

/** A message as the routes want it. */
export function readRequest(
  message: IncomingMessage,
  rest: { user: User; body: Promise<Buffer>; signal: AbortSignal },
): Request {
  const url = new URL(message.url ?? '/', 'https://server');
  const { headers } = message;
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept: headers.accept ?? '',
    contentType: headers['content-type'] ?? '',
    userAgent: headers['user-agent'] ?? '',
    user: rest.user,
    signal: rest.signal,
    body: async () => rest.body,
  };
}
