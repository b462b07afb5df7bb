// AWS signature version 4, the verifying side: headers and pre-signed queries. Nothing is served to a request whose
// signature, date or expiry is wrong, and the answer carries the code that AWS gives for just that fault.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { decodePath, queryValue } from './http.ts';
import type { AwsRequest } from './http.ts';

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where it is given, requests must carry it: the credentials are those of a session. */
  readonly sessionToken?: string;
  /** May read and list only. */
  readonly readOnly?: boolean;
}

/** What a request claims about its signature, before it is checked. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** "20261122T101500Z" */
  readonly date: string;
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
}

/** What verifying the chunks of a streamed body needs. */
export interface ChunkSigning {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly seedSignature: string;
}

const maxExpirySeconds = 604_800;
const maxSkewMs = 15 * 60_000;

/** undefined: the request is not signed at all. */
export function signatureClaim(request: AwsRequest): SignatureClaim | undefined {
  const header = request.headers['authorization'];
  if (header !== undefined) return headerClaim(request, header);
  if (queryValue(request, 'X-Amz-Algorithm') !== undefined) return queryClaim(request);
  return undefined;
}

function headerClaim(request: AwsRequest, header: string): SignatureClaim {
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header.trim(),
    );
  const date = request.headers['x-amz-date'];
  if (match === null) {
    throw new AwsError(400, 'InvalidArgument', 'Unsupported Authorization Type');
  }
  if (date === undefined) {
    throw new AwsError(
      403,
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    );
  }
  return {
    ...parseScope(match[1] ?? '', 'AuthorizationHeaderMalformed'),
    signedHeaders: (match[2] ?? '').split(';'),
    signature: match[3] ?? '',
    date,
    expiresSeconds: undefined,
    sessionToken: request.headers['x-amz-security-token'],
  };
}

function queryClaim(request: AwsRequest): SignatureClaim {
  const value = (name: string): string => {
    const found = queryValue(request, name);
    if (found === undefined) {
      throw new AwsError(
        400,
        'AuthorizationQueryParametersError',
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    }
    return found;
  };
  const expiresSeconds = Number(value('X-Amz-Expires'));
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 0) {
    throw queryError('X-Amz-Expires should be a number');
  }
  if (expiresSeconds > maxExpirySeconds) {
    throw queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return {
    ...parseScope(value('X-Amz-Credential'), 'AuthorizationQueryParametersError'),
    signedHeaders: value('X-Amz-SignedHeaders').split(';'),
    signature: value('X-Amz-Signature'),
    date: value('X-Amz-Date'),
    expiresSeconds,
    sessionToken: queryValue(request, 'X-Amz-Security-Token'),
  };
}

function queryError(message: string): AwsError {
  return new AwsError(400, 'AuthorizationQueryParametersError', message);
}

function parseScope(
  text: string,
  code: string,
): Pick<SignatureClaim, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const [accessKeyId, day, region, service, end, ...more] = text.split('/');
  if (
    accessKeyId === undefined ||
    day === undefined ||
    region === undefined ||
    service === undefined ||
    end !== 'aws4_request' ||
    more.length > 0
  ) {
    throw new AwsError(
      400,
      code,
      `The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
    );
  }
  return { accessKeyId, day, region, service };
}

/** Throws RequestTimeTooSkewed, SignatureDoesNotMatch, AccessDenied (expired) or InvalidToken. */
export function verifySignature(
  request: AwsRequest,
  claim: SignatureClaim,
  check: { readonly credential: Credential; readonly payloadHash: string; readonly now: Date },
): ChunkSigning {
  checkDate(claim, check.now);
  checkToken(claim, check.credential);
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const canonical = canonicalRequest(request, claim, check.payloadHash);
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.date}\n${scope}\n${sha256Hex(canonical)}`;
  const key = signingKey(check.credential.secretAccessKey, claim);
  const expected = hmac(key, stringToSign).toString('hex');
  if (!sameText(expected, claim.signature)) {
    throw new AwsError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: claim.accessKeyId, CanonicalRequest: canonical },
    );
  }
  return { key, date: claim.date, scope, seedSignature: claim.signature };
}

function checkDate(claim: SignatureClaim, now: Date): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.date);
  if (match === null || !claim.date.startsWith(claim.day)) {
    throw new AwsError(403, 'AccessDenied', 'Invalid date in the signature');
  }
  const [, year, month, day, hour, minute, second] = match;
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const ageMs = now.getTime() - signedMs;
  if (claim.expiresSeconds !== undefined && ageMs > claim.expiresSeconds * 1_000) {
    throw new AwsError(403, 'AccessDenied', 'Request has expired', {
      'X-Amz-Expires': String(claim.expiresSeconds),
      Expires: new Date(signedMs + claim.expiresSeconds * 1_000).toISOString(),
      ServerTime: now.toISOString(),
    });
  }
  const skewMs = claim.expiresSeconds === undefined ? Math.abs(ageMs) : -ageMs;
  if (skewMs > maxSkewMs) {
    throw new AwsError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      { RequestTime: claim.date, ServerTime: now.toISOString() },
    );
  }
}

function checkToken(claim: SignatureClaim, credential: Credential): void {
  if (claim.sessionToken === credential.sessionToken) return;
  throw new AwsError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
}

function canonicalRequest(request: AwsRequest, claim: SignatureClaim, payloadHash: string): string {
  // S3 signs the path encoded once, all other services sign it encoded twice.
  const path = request.rawPath
    .split('/')
    .map((segment) => uriEncode(claim.service === 's3' ? decodePath(segment) : segment))
    .join('/');
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => compareText(a, b) || compareText(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    path,
    query,
    headers.join(''),
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

function signingKey(secret: string, claim: SignatureClaim): Buffer {
  const parts = [claim.day, claim.region, claim.service, 'aws4_request'];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function uriEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
