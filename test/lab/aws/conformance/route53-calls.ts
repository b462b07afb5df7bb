// Route53 calls that many rules make.

import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { AwsUnderTest } from './under-test.ts';

/** Gives the id of the change. */
export async function change(
  aws: AwsUnderTest,
  zone: string,
  ...changes: readonly Change[]
): Promise<string> {
  const answer = await aws.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone,
      ChangeBatch: { Changes: [...changes] },
    }),
  );
  return answer.ChangeInfo?.Id ?? '';
}

/** Without NS and SOA. */
export async function records(
  aws: AwsUnderTest,
  zone: string,
): Promise<readonly ResourceRecordSet[]> {
  const answer = await aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
  return (answer.ResourceRecordSets ?? []).filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
}

export function a(name: string, value = '192.0.2.1'): ResourceRecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: value }] };
}

export function create(record: ResourceRecordSet): Change {
  return { Action: 'CREATE', ResourceRecordSet: record };
}

export function remove(record: ResourceRecordSet): Change {
  return { Action: 'DELETE', ResourceRecordSet: record };
}

export function upsert(record: ResourceRecordSet): Change {
  return { Action: 'UPSERT', ResourceRecordSet: record };
}
