/*
 * From node's messages to requests: who sends them and what they ask.
 */
import type { IncomingMessage } from 'node:http';
import type { Request, User } from './request.ts';
import { forbidden } from './status-error.ts';

/** The user behind a request's bearer token. */
export function authenticate(
  users: ReadonlyMap<string, User>,
  message: IncomingMessage,
): User | undefined {
  const [scheme, token = ''] = (message.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' ? users.get(token.trim()) : undefined;
}

/**
 * Who an administrator asks to be taken for, with their rights and no others. Others are refused: a real server would ask
 * whether they may "impersonate". https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function impersonated(user: User | undefined, message: IncomingMessage): User | undefined {
  const { 'impersonate-user': name, 'impersonate-group': group } = message.headers;
  if (user === undefined || typeof name !== 'string' || name === '') return user;
  if (!user.groups.includes('system:masters')) {
    const users = { group: '', plural: 'users' };
    const why = `User ${JSON.stringify(user.name)} cannot impersonate resource "users"`;
    throw forbidden(users, name, why);
  }
  const groups = typeof group === 'string' ? group.split(',').map((one) => one.trim()) : [];
  return { name, groups: [...new Set([...groups, 'system:authenticated'])] };
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
