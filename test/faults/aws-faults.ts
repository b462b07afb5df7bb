// What can happen to a call to S3 or Route53, and what must become of it.

import type { Fault } from '../fakes/fault-proxy/fault-proxy.ts';
import type { CallKind } from './aws-calls.ts';

function answer(status: number, code: string, message = 'as the test wants it'): Fault {
  // Both forms: S3's error is the root, Route53's inside another element. What neither reads is left out by its client.
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><Error>${error}</Error>`,
  };
}

export interface Expected {
  readonly title: string;
  readonly fault: Fault;
  readonly code: string;
  readonly retryable: boolean;
  readonly suits?: (kind: CallKind) => boolean;
  /** One of them is not seen: the SDK tries again. */
  readonly passes?: boolean;
  readonly hint?: string;
}

const isHead = ({ name }: CallKind): boolean => name === 's3 head';
const isS3 = ({ name }: CallKind): boolean => name.startsWith('s3') && name !== 's3 head';
const isDns = ({ name }: CallKind): boolean => name.startsWith('route53');

const unreachable = { code: 'CLIENT_UNREACHABLE', retryable: true, passes: true } as const;

export const faults: readonly Expected[] = [
  { title: '500', fault: answer(500, 'InternalError'), ...unreachable },
  {
    title: '503 SlowDown',
    fault: answer(503, 'SlowDown'),
    code: 'CLIENT_THROTTLED',
    retryable: true,
    passes: true,
    suits: isS3,
  },
  { title: '503 without a word', fault: { kind: 'answer', status: 503 }, ...unreachable },
  {
    title: '400 Throttling',
    fault: answer(400, 'Throttling', 'Rate exceeded'),
    code: 'CLIENT_THROTTLED',
    retryable: true,
    passes: true,
    suits: isDns,
  },
  {
    title: '400 PriorRequestNotComplete',
    fault: answer(400, 'PriorRequestNotComplete'),
    code: 'CLIENT_THROTTLED',
    retryable: true,
    suits: isDns,
  },
  {
    title: '404 NoSuchBucket',
    fault: answer(404, 'NoSuchBucket', 'The specified bucket does not exist'),
    code: 'CLIENT_NOT_FOUND',
    retryable: false,
    suits: isS3,
  },
  {
    title: '409 OperationAborted',
    fault: answer(409, 'OperationAborted'),
    code: 'CLIENT_CONFLICT',
    retryable: true,
    suits: isS3,
  },
  {
    title: '400 BadDigest',
    fault: answer(400, 'BadDigest'),
    code: 'DATA_CORRUPT',
    retryable: true,
    suits: (kind) => kind.carries === 'request',
  },
  {
    title: '400 ExpiredToken',
    fault: answer(400, 'ExpiredToken'),
    code: 'CLIENT_UNAUTHENTICATED',
    retryable: false,
    suits: (kind) => !isHead(kind),
  },
  {
    title: '403 RequestTimeTooSkewed',
    fault: answer(403, 'RequestTimeTooSkewed'),
    code: 'CLIENT_UNAUTHENTICATED',
    retryable: false,
    suits: (kind) => !isHead(kind),
    hint: 'set the clock',
  },
  {
    title: 'a connection reset before the server hears of it',
    fault: { kind: 'reset', when: 'before' },
    ...unreachable,
  },
  {
    title: 'a connection reset after the server has done it',
    fault: { kind: 'reset', when: 'after' },
    ...unreachable,
  },
  {
    title: 'a connection cut in the middle of what is sent',
    fault: { kind: 'cut-request', bytes: 100_000 },
    ...unreachable,
    suits: (kind) => kind.carries === 'request',
  },
  {
    title: 'a server that accepts and never answers',
    fault: { kind: 'hang', after: 'nothing' },
    ...unreachable,
  },
  {
    title: 'a server that sends headers and then nothing',
    fault: { kind: 'hang', after: 'headers' },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    suits: (kind) => !isHead(kind) && kind.carries !== 'request',
  },
  {
    title: 'an answer that is cut in the middle',
    fault: { kind: 'cut-answer', bytes: 60 },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    suits: ({ name }) => name === 's3 get' || name === 'route53 list',
  },
  {
    title: 'a truncated answer',
    fault: {
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: '<?xml version="1.0"?><ListRes',
    },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    suits: isDns,
  },
  {
    title: 'a server that trickles a byte at a time',
    fault: { kind: 'trickle', everyMs: 50 },
    code: 'CLIENT_UNREACHABLE',
    retryable: true,
    suits: (kind) => isDns(kind) || kind.name === 's3 facts of a bucket',
  },
];

/** The others are the proxy's own doing: that the server is a real one makes no difference to them. */
export function reachesServer({ fault }: Expected): boolean {
  return ['reset', 'cut-answer', 'cut-request'].includes(fault.kind);
}
