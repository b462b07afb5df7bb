// Record sets between the SDK's shape and ours. Names come with a final dot and octal escapes; whatever of routing there
// is is carried along as it is, so that a record set can be put back exactly.

import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { JsonObject } from '../../engine/index.ts';
import type { DnsRecordSet } from '../../actions/ports.ts';

export function fromSdk(set: ResourceRecordSet): DnsRecordSet {
  const { Name, Type, TTL, ResourceRecords, AliasTarget, SetIdentifier, ...routing } = set;
  return {
    name: plainName(Name ?? ''),
    type: Type ?? '',
    // An alias has the TTL of what it leads to; a server that gives one all the same says nothing by it.
    ...(TTL !== undefined && AliasTarget === undefined && { ttlSeconds: TTL }),
    values: (ResourceRecords ?? []).map(({ Value }) => Value ?? ''),
    ...(AliasTarget !== undefined && {
      alias: {
        zoneId: AliasTarget.HostedZoneId ?? '',
        name: plainName(AliasTarget.DNSName ?? ''),
        evaluateTargetHealth: AliasTarget.EvaluateTargetHealth ?? false,
      },
    }),
    ...(SetIdentifier !== undefined && { setIdentifier: SetIdentifier }),
    ...(Object.keys(routing).length > 0 && { routing: routing as unknown as JsonObject }),
  };
}

export function toSdk(record: DnsRecordSet): ResourceRecordSet {
  const { alias } = record;
  return {
    ...(record.routing as unknown as Partial<ResourceRecordSet> | undefined),
    Name: record.name,
    Type: record.type as NonNullable<ResourceRecordSet['Type']>,
    ...(record.setIdentifier !== undefined && { SetIdentifier: record.setIdentifier }),
    ...(alias === undefined
      ? {
          TTL: record.ttlSeconds,
          ResourceRecords: record.values.map((Value) => ({ Value })),
        }
      : {
          AliasTarget: {
            HostedZoneId: alias.zoneId,
            DNSName: alias.name,
            EvaluateTargetHealth: alias.evaluateTargetHealth,
          },
        }),
  };
}

/** Without the final dot, lower case, "\\052" as "*". */
export function plainName(name: string): string {
  return name
    .replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))
    .replace(/\.$/, '')
    .toLowerCase();
}
