// Route53. The API is global; a change is one batch, and what a refused batch complains of is passed on word for word.

import type { ListResourceRecordSetsCommandOutput } from '@aws-sdk/client-route-53';
import { DrctlError } from '../../engine/index.ts';
import type { DnsRecordSet, ZoneClient, ZoneReader } from '../../actions/ports.ts';
import { boundedCall } from './bounded-call.ts';
import { errorOf, hasName } from './errors.ts';
import { fromSdk, plainName, toSdk } from './record-sets.ts';
import type { AwsConnection } from './sdk.ts';

/** 300 record sets each; a zone has 10,000 unless AWS was asked for more. */
const maxPages = 1_000;

export function createZoneReader(connection: AwsConnection): ZoneReader {
  return {
    zone: async (zoneId, signal) => {
      try {
        const { sdk, client } = await connection.route53();
        const answer = await boundedCall(signal, (options) =>
          client.send(new sdk.GetHostedZoneCommand({ Id: zoneId }), options),
        );
        return {
          name: plainName(answer.HostedZone?.Name ?? ''),
          private: answer.HostedZone?.Config?.PrivateZone === true,
        };
      } catch (cause) {
        if (hasName(cause, 'NoSuchHostedZone')) return undefined;
        throw errorOf(cause, `look at zone ${zoneId}`, signal);
      }
    },
    records: (zoneId, signal) => listRecords(connection, zoneId, signal),
    changeStatus: async (changeId, signal) => {
      try {
        const { sdk, client } = await connection.route53();
        const answer = await boundedCall(signal, (options) =>
          client.send(new sdk.GetChangeCommand({ Id: changeId }), options),
        );
        return answer.ChangeInfo?.Status === 'INSYNC' ? 'INSYNC' : 'PENDING';
      } catch (cause) {
        throw errorOf(cause, `look at change ${changeId}`, signal);
      }
    },
  };
}

async function* listRecords(
  connection: AwsConnection,
  zoneId: string,
  signal: AbortSignal,
): AsyncGenerator<DnsRecordSet> {
  let from: Partial<ListResourceRecordSetsCommandOutput> = {};
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await listPage(connection, { zoneId, from, signal });
    for (const set of answer.ResourceRecordSets ?? []) yield fromSdk(set);
    if (answer.IsTruncated !== true) return;
    from = answer;
  }
  throw new DrctlError('CLIENT_INVALID', `Zone ${zoneId} has more record sets than can be read`);
}

async function listPage(
  connection: AwsConnection,
  page: {
    readonly zoneId: string;
    readonly from: Partial<ListResourceRecordSetsCommandOutput>;
    readonly signal: AbortSignal;
  },
): Promise<ListResourceRecordSetsCommandOutput> {
  const { zoneId, from, signal } = page;
  try {
    const { sdk, client } = await connection.route53();
    const command = new sdk.ListResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      StartRecordName: from.NextRecordName,
      StartRecordType: from.NextRecordType,
      StartRecordIdentifier: from.NextRecordIdentifier,
    });
    return await boundedCall(signal, (options) => client.send(command, options));
  } catch (cause) {
    throw errorOf(cause, `list the records of zone ${zoneId}`, signal);
  }
}

export function createZoneClient(connection: AwsConnection): ZoneClient {
  return {
    ...createZoneReader(connection),
    change: async (zoneId, changes, { comment, signal }) => {
      try {
        const { sdk, client } = await connection.route53();
        const command = new sdk.ChangeResourceRecordSetsCommand({
          HostedZoneId: zoneId,
          ChangeBatch: {
            Comment: comment,
            Changes: changes.map(({ action, record }) => ({
              Action: action,
              ResourceRecordSet: toSdk(record),
            })),
          },
        });
        const answer = await boundedCall(signal, (options) => client.send(command, options));
        return { changeId: (answer.ChangeInfo?.Id ?? '').replace(/^\/change\//, '') };
      } catch (cause) {
        throw refusedBatch(cause, zoneId) ?? errorOf(cause, `change zone ${zoneId}`, signal);
      }
    },
  };
}

/** AWS has one code for every fault of a batch; only its words say whether the zone is otherwise than was thought. */
function refusedBatch(cause: unknown, zoneId: string): DrctlError | undefined {
  if (!hasName(cause, 'InvalidChangeBatch')) return undefined;
  const said = cause instanceof Error ? cause.message : '';
  const isConflict = /already exists|was not found|do not match|conflicting/.test(said);
  return new DrctlError(
    isConflict ? 'CLIENT_CONFLICT' : 'CLIENT_INVALID',
    `Zone ${zoneId} refuses the changes: ${said}`,
    { cause },
  );
}
