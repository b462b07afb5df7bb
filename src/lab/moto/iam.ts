// IAM users with an access key and a policy, made through the IAM API.

import { XMLParser } from 'fast-xml-parser';
import type { AccessKey, AwsClient } from '../world/aws-client.ts';
import { expectAnswer } from './expect-answer.ts';

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

interface CreatedKey {
  readonly CreateAccessKeyResponse: {
    readonly CreateAccessKeyResult: {
      readonly AccessKey: { readonly AccessKeyId: string; readonly SecretAccessKey: string };
    };
  };
}

/** What `createUser` asks of the server, in this order, for each user. */
export const CALLS_PER_USER = 3;

/** `actions`: "s3:*", "route53:Get*". */
export async function createUser(
  aws: AwsClient,
  name: string,
  actions: readonly string[],
): Promise<AccessKey> {
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  };
  await callIam(aws, { Action: 'CreateUser', UserName: name });
  await callIam(aws, {
    Action: 'PutUserPolicy',
    UserName: name,
    PolicyName: 'lab',
    PolicyDocument: JSON.stringify(policy),
  });
  const text = await callIam(aws, { Action: 'CreateAccessKey', UserName: name });
  const { AccessKey } = (parser.parse(text) as CreatedKey).CreateAccessKeyResponse
    .CreateAccessKeyResult;
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

async function callIam(aws: AwsClient, form: Readonly<Record<string, string>>): Promise<string> {
  const answer = await aws.send({
    service: 'iam',
    method: 'POST',
    path: '/',
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    body: new URLSearchParams({ Version: '2010-05-08', ...form }).toString(),
  });
  return expectAnswer(`IAM ${form['Action'] ?? ''}`, answer);
}
