// What went wrong with a call to AWS, as a DrctlError: by the code of the answer, the HTTP status, or the code of a network
// error. `retryable` tells the engine whether a later attempt may succeed.

import { DrctlError } from '../../engine/index.ts';
import type { DrctlErrorOptions, ErrorCode } from '../../engine/index.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'CLIENT_DENIED',
  AccessDeniedException: 'CLIENT_DENIED',
  AllAccessDisabled: 'CLIENT_DENIED',
  Forbidden: 'CLIENT_DENIED',
  UnauthorizedOperation: 'CLIENT_DENIED',
  AuthFailure: 'CLIENT_UNAUTHENTICATED',
  CredentialsProviderError: 'CLIENT_UNAUTHENTICATED',
  ExpiredToken: 'CLIENT_UNAUTHENTICATED',
  ExpiredTokenException: 'CLIENT_UNAUTHENTICATED',
  InvalidAccessKeyId: 'CLIENT_UNAUTHENTICATED',
  InvalidClientTokenId: 'CLIENT_UNAUTHENTICATED',
  InvalidToken: 'CLIENT_UNAUTHENTICATED',
  RequestExpired: 'CLIENT_UNAUTHENTICATED',
  RequestTimeTooSkewed: 'CLIENT_UNAUTHENTICATED',
  SignatureDoesNotMatch: 'CLIENT_UNAUTHENTICATED',
  TokenRefreshRequired: 'CLIENT_UNAUTHENTICATED',
  UnrecognizedClientException: 'CLIENT_UNAUTHENTICATED',
  BadDigest: 'DATA_CORRUPT',
  XAmzContentSHA256Mismatch: 'DATA_CORRUPT',
  NoSuchBucket: 'CLIENT_NOT_FOUND',
  NoSuchChange: 'CLIENT_NOT_FOUND',
  NoSuchHostedZone: 'CLIENT_NOT_FOUND',
  NoSuchKey: 'CLIENT_NOT_FOUND',
  NoSuchUpload: 'CLIENT_NOT_FOUND',
  NoSuchVersion: 'CLIENT_NOT_FOUND',
  NotFound: 'CLIENT_NOT_FOUND',
  ConditionalRequestConflict: 'CLIENT_CONFLICT',
  OperationAborted: 'CLIENT_CONFLICT',
  PreconditionFailed: 'CLIENT_CONFLICT',
  PriorRequestNotComplete: 'CLIENT_THROTTLED',
  RequestLimitExceeded: 'CLIENT_THROTTLED',
  SlowDown: 'CLIENT_THROTTLED',
  Throttling: 'CLIENT_THROTTLED',
  ThrottlingException: 'CLIENT_THROTTLED',
  TooManyRequestsException: 'CLIENT_THROTTLED',
  RequestTimeout: 'CLIENT_UNREACHABLE',
  TimeoutError: 'CLIENT_UNREACHABLE',
};

const retryableCodes = new Set<ErrorCode>([
  'CLIENT_THROTTLED',
  'CLIENT_UNREACHABLE',
  'DATA_CORRUPT',
]);

/** Another call is under way there; AWS asks to come again. */
const passingConflicts = ['OperationAborted', 'ConditionalRequestConflict'];

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** `doing`: "upload s3://bucket/key". A cancelled call gives the signal's own reason. */
export function errorOf(cause: unknown, doing: string, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (cause instanceof DrctlError) return cause;
  const error = (typeof cause === 'object' && cause !== null ? cause : {}) as SdkError;
  const code = codeOf(error);
  const said = error.message ?? String(cause);
  const label = said.includes(error.name ?? '') ? '' : `${error.name ?? ''}: `;
  const options: DrctlErrorOptions = {
    cause,
    retryable: retryableCodes.has(code) || hasName(cause, ...passingConflicts),
    ...hint(error, code),
  };
  return new DrctlError(code, `Cannot ${doing}: ${label}${said}`, options);
}

export function hasName(cause: unknown, ...names: readonly string[]): boolean {
  const { name } = (typeof cause === 'object' && cause !== null ? cause : {}) as SdkError;
  return name !== undefined && names.includes(name);
}

export function isStatus(cause: unknown, status: number): boolean {
  const error = (typeof cause === 'object' && cause !== null ? cause : {}) as SdkError;
  return error.$metadata?.httpStatusCode === status;
}

function codeOf(error: SdkError): ErrorCode {
  const byName = codes[error.name ?? ''];
  if (byName !== undefined) return byName;
  const status = error.$metadata?.httpStatusCode;
  // Without an answer it is the network, a proxy or TLS; so it is when a good answer cannot be read.
  if (status === undefined || status >= 500 || status < 300) return 'CLIENT_UNREACHABLE';
  if (status === 401) return 'CLIENT_UNAUTHENTICATED';
  if (status === 403) return 'CLIENT_DENIED';
  if (status === 404) return 'CLIENT_NOT_FOUND';
  if (status === 409 || status === 412) return 'CLIENT_CONFLICT';
  if (status === 429) return 'CLIENT_THROTTLED';
  return 'CLIENT_INVALID';
}

function hint(error: SdkError, code: ErrorCode): { readonly hint?: string } {
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(error.code ?? '')) {
    return {
      hint: 'The server’s certificate is not trusted: set the target’s "caBundle" or AWS_CA_BUNDLE',
    };
  }
  if (error.name === 'RequestTimeTooSkewed' || error.name === 'RequestExpired') {
    return {
      hint: 'This machine’s clock and AWS’s differ by more than the 15 minutes (S3) or 5 minutes that AWS allows: set the clock, then run the command again',
    };
  }
  if (code === 'CLIENT_UNAUTHENTICATED') {
    return {
      hint: 'Check the target’s "credentialsFile" and "profile", AWS_PROFILE, and the clock',
    };
  }
  return {};
}
