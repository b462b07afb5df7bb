// What a bucket is like. Each fact has a call of its own, and what we may not ask stays unknown.

import type { BucketFacts } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { boundedCall } from './bounded-call.ts';
import type { CallOptions } from './bounded-call.ts';
import { errorOf, hasName, isStatus } from './errors.ts';
import type { AwsConnection } from './sdk.ts';

const everyoneGroups = new Set([
  'http://acs.amazonaws.com/groups/global/AllUsers',
  'http://acs.amazonaws.com/groups/global/AuthenticatedUsers',
]);

export async function bucketFacts(
  connection: AwsConnection,
  bucket: string,
  signal: AbortSignal,
): Promise<BucketFacts | undefined> {
  const { sdk, client } = await connection.s3();
  const input = { Bucket: bucket };
  const doing = `look at bucket ${bucket}`;
  /** `otherwise`: the answer when the setting does not exist. */
  const ask = async <T>(
    call: (options: CallOptions) => Promise<T>,
    otherwise: T,
  ): Promise<T | undefined> => {
    try {
      return await boundedCall(signal, call);
    } catch (cause) {
      if (isStatus(cause, 404) && !hasName(cause, 'NoSuchBucket')) return otherwise;
      const error = errorOf(cause, doing, signal);
      const mayNotAsk =
        isStatus(cause, 501) || (error instanceof DrctlError && error.code === 'CLIENT_DENIED');
      if (mayNotAsk) return undefined;
      throw error;
    }
  };

  let region: string;
  try {
    const head = await boundedCall(signal, (options) =>
      client.send(new sdk.HeadBucketCommand(input), options),
    );
    region = head.BucketRegion ?? (await client.config.region());
  } catch (cause) {
    if (hasName(cause, 'NotFound', 'NoSuchBucket')) return undefined;
    throw errorOf(cause, doing, signal);
  }

  const versioning = await ask(
    async (options) =>
      (await client.send(new sdk.GetBucketVersioningCommand(input), options)).Status,
    undefined,
  );
  const blocked = await ask(async (options) => {
    const answer = await client.send(new sdk.GetPublicAccessBlockCommand(input), options);
    const block = answer.PublicAccessBlockConfiguration;
    return block?.RestrictPublicBuckets === true && block.IgnorePublicAcls === true;
  }, false);
  const publicByPolicy = await ask(async (options) => {
    const answer = await client.send(new sdk.GetBucketPolicyStatusCommand(input), options);
    // An answer without a status says nothing: that is a server that does not know the question.
    return answer.PolicyStatus?.IsPublic;
  }, false);
  const publicByAcl = async () =>
    ask(async (options) => {
      const answer = await client.send(new sdk.GetBucketAclCommand(input), options);
      return (answer.Grants ?? []).some(({ Grantee }) => everyoneGroups.has(Grantee?.URI ?? ''));
    }, false);
  const encryption = await ask(async (options) => {
    const answer = await client.send(new sdk.GetBucketEncryptionCommand(input), options);
    const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
    return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  }, undefined);

  return {
    region,
    versioned: versioning === 'Enabled',
    public: await isPublic({ blocked, publicByPolicy, publicByAcl }),
    encryption,
  };
}

interface PublicFacts {
  /** undefined: may not be asked; so for all three. */
  readonly blocked: boolean | undefined;
  readonly publicByPolicy: boolean | undefined;
  publicByAcl(): Promise<boolean | undefined>;
}

/** Public is what a policy or an ACL makes so, unless it is blocked. Not to know one of them is not to know. */
async function isPublic(facts: PublicFacts): Promise<boolean | undefined> {
  if (facts.blocked === true) return false;
  if (facts.publicByPolicy === true) return true;
  const publicByAcl = await facts.publicByAcl();
  if (publicByAcl === true) return true;
  return facts.publicByPolicy === undefined || publicByAcl === undefined ? undefined : false;
}
