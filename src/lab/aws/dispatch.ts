// Who is asking, and for which service: nothing is served before the signature has been verified, except what a public
// bucket gives to everyone.

import { AwsError } from './aws-error.ts';
import { decodeChunked } from './chunked-body.ts';
import { queryValue, readDocument } from './http.ts';
import type { AwsReply, AwsRequest } from './http.ts';
import type { createRequestLimit } from './route53/route.ts';
import { serveRoute53 } from './route53/route.ts';
import type { Route53Server } from './route53/model.ts';
import type { S3Server } from './s3/context.ts';
import { currentVersion } from './s3/model.ts';
import { addressOf, isPlainRead, serveS3 } from './s3/route.ts';
import { sha256Hex, signatureClaim, verifySignature } from './sigv4.ts';
import type { ChunkSigning, Credential, SignatureClaim } from './sigv4.ts';
import { serveSts } from './sts.ts';

export interface Services {
  readonly s3: S3Server;
  readonly route53: Route53Server;
  readonly limitRoute53: ReturnType<typeof createRequestLimit>;
  readonly credentials: readonly Credential[];
  now(): Date;
}

export type ServiceName = 's3' | 'route53' | 'sts';

/** By the credential scope; a request without a signature can only mean S3. Throws for a service not served here. */
export function serviceOf(claim: SignatureClaim | undefined): ServiceName {
  const name = claim?.service ?? 's3';
  if (name === 's3' || name === 'route53' || name === 'sts') return name;
  throw new AwsError(400, 'InvalidService', `Not served here: ${name}`);
}

export async function dispatch(services: Services, request: AwsRequest): Promise<AwsReply> {
  const claim = signatureClaim(request);
  const service = serviceOf(claim);
  if (claim === undefined) return serveAnonymous(services, request);
  const credential = findCredential(services, claim, service);
  if (service === 's3') return serveSigned(services, request, { claim, credential });
  const body = await readDocument(request.body);
  checkRegion(claim, services.s3.region, service);
  verifySignature(request, claim, {
    credential,
    payloadHash: sha256Hex(body),
    now: services.now(),
  });
  const buffered: AwsRequest = { ...request, body: once(body) };
  if (service === 'sts') return serveSts(buffered, credential.accessKeyId);
  services.limitRoute53();
  return serveRoute53(services.route53, buffered, { mayWrite: credential.readOnly !== true });
}

function findCredential(
  services: Services,
  claim: SignatureClaim,
  service: ServiceName,
): Credential {
  const found = services.credentials.find((item) => item.accessKeyId === claim.accessKeyId);
  if (found !== undefined) return found;
  if (service !== 's3') {
    throw new AwsError(
      403,
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
    );
  }
  throw new AwsError(
    403,
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist in our records.',
    { AWSAccessKeyId: claim.accessKeyId },
  );
}

function checkRegion(claim: SignatureClaim, region: string, service: ServiceName): void {
  // Route53 is global and signs for us-east-1; but with an endpoint of their own, clients sign for the region that they
  // are set to, whatever the service.
  const allowed = service === 's3' ? [region] : ['us-east-1', region];
  if (allowed.includes(claim.region)) return;
  if (service === 's3') {
    throw new AwsError(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${region}'`,
      { Region: region },
    );
  }
  throw new AwsError(
    403,
    'SignatureDoesNotMatch',
    `Credential should be scoped to a valid region, not '${claim.region}'.`,
  );
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(data);
}

async function serveAnonymous(services: Services, request: AwsRequest): Promise<AwsReply> {
  const { bucket: name, key } = addressOf(request.rawPath);
  const bucket = services.s3.buckets.get(name);
  // The policy of a public bucket allows s3:GetObject. Whoever may not list is not told what is absent either.
  const mayRead =
    bucket?.isPublic === true && isPlainRead(request) && currentVersion(bucket, key) !== undefined;
  if (!mayRead) throw new AwsError(403, 'AccessDenied', 'Access Denied');
  return serveS3({
    server: services.s3,
    request,
    payloadSha256: undefined,
    trailers: new Map<string, string>(),
  });
}

const writeMethods = new Set(['PUT', 'POST', 'DELETE']);

async function serveSigned(
  services: Services,
  request: AwsRequest,
  caller: { readonly claim: SignatureClaim; readonly credential: Credential },
): Promise<AwsReply> {
  const { claim, credential } = caller;
  checkRegion(claim, services.s3.region, 's3');
  const payloadHash = payloadHashOf(request, claim);
  const signing = verifySignature(request, claim, {
    credential,
    payloadHash,
    now: services.now(),
  });
  if (credential.readOnly === true && writeMethods.has(request.method)) {
    throw new AwsError(403, 'AccessDenied', 'Access Denied');
  }
  const trailers = new Map<string, string>();
  return serveS3({
    server: services.s3,
    request: { ...request, body: unwrapped(request, payloadHash, { signing, trailers }) },
    payloadSha256: /^[0-9a-f]{64}$/.test(payloadHash) ? payloadHash : undefined,
    trailers,
  });
}

function payloadHashOf(request: AwsRequest, claim: SignatureClaim): string {
  const header = request.headers['x-amz-content-sha256'];
  if (claim.expiresSeconds !== undefined) {
    return header ?? queryValue(request, 'X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
  }
  if (header !== undefined) return header;
  throw new AwsError(
    400,
    'InvalidRequest',
    'Missing required header for this request: x-amz-content-sha256',
  );
}

function unwrapped(
  request: AwsRequest,
  payloadHash: string,
  chunks: { readonly signing: ChunkSigning; readonly trailers: Map<string, string> },
): AsyncIterable<Uint8Array> {
  if (!payloadHash.startsWith('STREAMING-')) return request.body;
  return decodeChunked(request.body, {
    signing: payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
      ? chunks.signing
      : undefined,
    onTrailer: (name, value) => chunks.trailers.set(name, value),
  });
}
