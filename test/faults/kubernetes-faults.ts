// What can happen to a call to an API server, and what must become of it.

import type { Fault } from '../fakes/fault-proxy/fault-proxy.ts';
import type { CallKind } from './kubernetes-calls.ts';

export interface Expected {
  readonly title: string;
  readonly fault: Fault;
  readonly code: string;
  readonly retryable: boolean;
  /** The call succeeds all the same, where the fault comes once: by the kinds of calls. */
  readonly survives?: (kind: CallKind) => boolean;
  readonly suits?: (kind: CallKind) => boolean;
  /** The server did it, and the answer was lost. */
  readonly isDone?: boolean;
}

export const status = (code: number, reason: string, more: object = {}): Fault => ({
  kind: 'answer',
  status: code,
  body: JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    code,
    reason,
    message: `a ${reason}`,
    ...more,
  }),
});

const busy = { kind: 'answer', status: 429, headers: { 'retry-after': '1' } } as const;
export const isExec = (kind: CallKind): boolean => kind.name === 'exec';
export const isWatch = (kind: CallKind): boolean => kind.survives === true;
const isRead = (kind: CallKind): boolean => !kind.writes;
export const notExec = (kind: CallKind): boolean => !isExec(kind);

export const faults: readonly Expected[] = [
  {
    title: '429 with Retry-After',
    fault: busy,
    code: 'CLIENT_THROTTLED',
    retryable: true,
    survives: notExec,
  },
  {
    title: '429 without Retry-After',
    fault: status(429, 'TooManyRequests'),
    code: 'CLIENT_THROTTLED',
    retryable: true,
    survives: isWatch,
  },
  ...[500, 502, 503, 504].map((code) => ({
    title: `${code}`,
    fault: status(code, 'InternalError'),
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isRead,
  })),
  {
    title: '502 of a load balancer, in HTML',
    fault: {
      kind: 'answer',
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html>Bad Gateway</html>',
    },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isRead,
  },
  {
    title: '200 with a login page',
    fault: { kind: 'answer', status: 200, body: '<html>Log in</html>' },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isRead,
    suits: notExec,
  },
  {
    title: '401',
    fault: status(401, 'Unauthorized'),
    code: 'CLIENT_UNAUTHENTICATED',
    retryable: false,
  },
  { title: '403', fault: status(403, 'Forbidden'), code: 'CLIENT_DENIED', retryable: false },
  {
    title: '409',
    fault: status(409, 'Conflict'),
    code: 'CLIENT_CONFLICT',
    retryable: true,
    suits: (kind) => kind.writes && notExec(kind),
  },
  {
    title: '410',
    fault: status(410, 'Expired'),
    code: 'CLIENT_EXPIRED',
    retryable: true,
    survives: isWatch,
    suits: (kind) => !kind.writes,
  },
  {
    title: 'a connection reset before the server hears of it',
    fault: { kind: 'reset', when: 'before' },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: (kind) => !kind.writes,
  },
  {
    title: 'a connection reset after the server has done it',
    fault: { kind: 'reset', when: 'after' },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: (kind) => !kind.writes,
    suits: (kind) => !isWatch(kind),
    isDone: true,
  },
  {
    title: 'a server that accepts and never answers',
    fault: { kind: 'hang', after: 'nothing' },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isWatch,
  },
  {
    title: 'a server that sends headers and then nothing',
    fault: { kind: 'hang', after: 'headers' },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isWatch,
    suits: notExec,
  },
  {
    title: 'a server that trickles a byte at a time',
    fault: { kind: 'trickle', everyMs: 50 },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isWatch,
    suits: notExec,
  },
  {
    title: 'an answer that is cut in the middle',
    fault: { kind: 'cut-answer', bytes: 40 },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    survives: isRead,
    suits: notExec,
    isDone: true,
  },
  {
    title: 'binary output that is cut half way',
    fault: { kind: 'cut-answer', bytes: 200_000 },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    suits: isExec,
    isDone: true,
  },
  {
    title: 'binary output that stops half way on a connection that stays open',
    fault: { kind: 'freeze', bytes: 300_000 },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    suits: isExec,
    isDone: true,
  },
];

/** The others are the proxy's own doing: that the server is a real one makes no difference to them. */
export function reachesServer({ fault }: Expected): boolean {
  return ['reset', 'cut-answer', 'freeze'].includes(fault.kind);
}
