// STS, as far as clients ask who they are.

import { AwsError } from './aws-error.ts';
import { parseQuery, readDocument } from './http.ts';
import type { AwsReply, AwsRequest } from './http.ts';
import { xmlDocument } from './xml.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

export async function serveSts(request: AwsRequest, accessKeyId: string): Promise<AwsReply> {
  const form = parseQuery((await readDocument(request.body)).toString());
  const action = [...form, ...request.query].find(([name]) => name === 'Action')?.[1];
  if (action !== 'GetCallerIdentity') {
    throw new AwsError(400, 'InvalidAction', `Could not find operation ${action ?? ''}`);
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: xmlDocument('GetCallerIdentityResponse', namespace, [
      [
        'GetCallerIdentityResult',
        [
          ['Arn', `arn:aws:iam::000000000000:user/${accessKeyId}`],
          ['UserId', accessKeyId],
          ['Account', '000000000000'],
        ],
      ],
      ['ResponseMetadata', [['RequestId', 'lab']]],
    ]),
  };
}
