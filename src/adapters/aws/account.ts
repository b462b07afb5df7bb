// Who we are to AWS, and what we may do there as far as it can be told without writing: by a call that only reads, or by a
// write that cannot succeed. Everything else is "not known".

import { DrctlError } from '../../engine/index.ts';
import { boundedCall } from './bounded-call.ts';
import type { CallOptions } from './bounded-call.ts';
import { createBucketReader } from './bucket-reader.ts';
import { errorOf, isStatus } from './errors.ts';
import type { AwsConnection } from './sdk.ts';

export interface AwsQuery {
  /** "s3:GetObject" */
  readonly action: string;
  /** An ARN; "*" in it for what is not known. */
  readonly resource: string;
}

export interface AwsAccount {
  /** The caller's ARN. Throws what STS answers instead. */
  whoAmI(signal: AbortSignal): Promise<string | undefined>;
  /** undefined: cannot be told without writing, or before what it is about exists. */
  may(query: AwsQuery, signal: AbortSignal): Promise<boolean | undefined>;
}

export function createAwsAccount(connection: AwsConnection): AwsAccount {
  return {
    whoAmI: async (signal) => {
      try {
        return await connection.identity(signal);
      } catch (cause) {
        throw errorOf(cause, 'ask STS who we are', signal);
      }
    },
    may: async ({ action, resource }, signal) => {
      const question = await questionOf(connection, action, { resource, signal });
      if (question === undefined) return undefined;
      const allowed = await answered(question, { action, signal });
      if (allowed === undefined || !ON_OBJECTS.has(action)) return allowed;
      const [bucket] = resource.split('/');
      const list = { resource: bucket ?? resource, signal };
      const ask = await questionOf(connection, LIST, list);
      const mayList = ask === undefined ? undefined : await answered(ask, { action: LIST, signal });
      // The answer about an object of a bucket that is absent is the one about an object that is absent.
      if (allowed) return mayList === undefined ? undefined : true;
      // Without the right to list, an object that is absent looks like one that may not be read.
      return action === 's3:PutObject' || mayList === true ? false : undefined;
    },
  };
}

const LIST = 's3:ListBucket';
const ON_OBJECTS = new Set(['s3:GetObject', 's3:PutObject']);

type Question = (options: CallOptions) => Promise<unknown>;

/** undefined: there is no call that asks this and changes nothing. */
async function questionOf(
  connection: AwsConnection,
  action: string,
  { resource, signal }: { readonly resource: string; readonly signal: AbortSignal },
): Promise<Question | undefined> {
  if (action.startsWith('s3:')) return bucketQuestion(connection, action, { resource, signal });
  if (!action.startsWith('route53:')) return undefined;
  const { sdk, client } = await connection.route53();
  const id = resource.slice(resource.lastIndexOf('/') + 1);
  switch (action) {
    case 'route53:GetHostedZone':
      return id.includes('*')
        ? undefined
        : (options) => client.send(new sdk.GetHostedZoneCommand({ Id: id }), options);
    case 'route53:ListResourceRecordSets':
      return id.includes('*')
        ? undefined
        : (options) =>
            client.send(
              new sdk.ListResourceRecordSetsCommand({ HostedZoneId: id, MaxItems: 1 }),
              options,
            );
    case 'route53:GetChange':
      // Of a change that does not exist: who may not ask is told so before.
      return (options) => client.send(new sdk.GetChangeCommand({ Id: 'C0DRCTLDOCTOR' }), options);
    default:
      return undefined;
  }
}

async function bucketQuestion(
  connection: AwsConnection,
  action: string,
  { resource, signal }: { readonly resource: string; readonly signal: AbortSignal },
): Promise<Question | undefined> {
  const { sdk, client } = await connection.s3();
  const [bucket = '', ...path] = resource.slice(resource.lastIndexOf(':') + 1).split('/');
  if (bucket.includes('*')) return undefined;
  // A key that no run has; rights on keys that are known in part are asked of one that fits.
  const key = path.join('/').replaceAll('*', 'drctl-doctor');
  const input = { Bucket: bucket };
  switch (action) {
    case 's3:ListBucket':
      return (options) => client.send(new sdk.HeadBucketCommand(input), options);
    case 's3:GetBucketVersioning':
      return (options) => client.send(new sdk.GetBucketVersioningCommand(input), options);
    case 's3:GetBucketPublicAccessBlock':
      return (options) => client.send(new sdk.GetPublicAccessBlockCommand(input), options);
    case 's3:GetBucketPolicyStatus':
      return (options) => client.send(new sdk.GetBucketPolicyStatusCommand(input), options);
    case 's3:GetBucketAcl':
      return (options) => client.send(new sdk.GetBucketAclCommand(input), options);
    case 's3:GetEncryptionConfiguration':
      return (options) => client.send(new sdk.GetBucketEncryptionCommand(input), options);
    case 's3:GetObject':
      return (options) => client.send(new sdk.HeadObjectCommand({ ...input, Key: key }), options);
    case 's3:PutObject':
      return async () => {
        const allowed = await createBucketReader(connection).mayWrite({ bucket, key }, signal);
        if (!allowed) throw new DrctlError('CLIENT_DENIED', 'The write is refused');
      };
    default:
      return undefined;
  }
}

/** Of what is not there nobody's rights are known: a bucket of that name may be another's tomorrow. */
const ABSENT = new Set(['NoSuchBucket', 'NoSuchHostedZone']);

/** Whatever else the answer is, it comes after the question whether we may ask. */
async function answered(
  question: Question,
  { action, signal }: { readonly action: string; readonly signal: AbortSignal },
): Promise<boolean | undefined> {
  try {
    await boundedCall(signal, question);
    return true;
  } catch (cause) {
    // A server that does not know the call (an S3 that is not Amazon's) tells nothing.
    if (isStatus(cause, 501)) return undefined;
    const error = errorOf(cause, `ask about ${action}`, signal);
    if (!(error instanceof DrctlError)) throw error;
    if (error.code === 'CLIENT_DENIED') return false;
    // An answer to HEAD has no code; of the bucket's own the only thing that can be absent is the bucket.
    const isAbsent = ABSENT.has(cause instanceof Error ? cause.name : '');
    if (isAbsent || (action === LIST && error.code === 'CLIENT_NOT_FOUND')) return undefined;
    if (error.code === 'CLIENT_UNREACHABLE' || error.code === 'CLIENT_UNAUTHENTICATED') throw error;
    return true;
  }
}
