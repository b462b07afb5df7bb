// Route53's operations. The account's request limit comes before everything else, as it does at AWS.

import { randomBytes } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { queryValue, readDocument } from '../http.ts';
import type { AwsReply, AwsRequest } from '../http.ts';
import { applyBatch } from './changes.ts';
import {
  changeNode,
  invalidInput,
  parseBatch,
  recordNode,
  xmlReply,
  zoneNode,
} from './documents.ts';
import { canonicalName, recordKey, reversedName, sortedRecords } from './model.ts';
import type { ChangeInfo, Route53Server, Zone } from './model.ts';

const maxPageSize = 300;
const maxZones = 100;

/** Throws Throttling when the account has made too many requests in the second before. */
export function createRequestLimit(server: Route53Server): () => void {
  let recent: readonly number[] = [];
  return () => {
    const { requestsPerSecond } = server.settings;
    if (requestsPerSecond === undefined) return;
    const nowMs = server.now().getTime();
    recent = recent.filter((atMs) => nowMs - atMs < 1_000);
    if (recent.length >= requestsPerSecond) throw new AwsError(400, 'Throttling', 'Rate exceeded');
    recent = [...recent, nowMs];
  };
}

export async function serveRoute53(
  server: Route53Server,
  request: AwsRequest,
  options: { readonly mayWrite: boolean },
): Promise<AwsReply> {
  const [, version, kind, id, part, ...more] = request.rawPath.replace(/\/$/, '').split('/');
  const operation = `${request.method} ${kind ?? ''}${id === undefined ? '' : '/*'}${part === undefined ? '' : `/${part}`}`;
  if (version === '2013-04-01' && more.length === 0) {
    switch (operation) {
      case 'GET hostedzone':
        return listZones(server, request);
      case 'GET hostedzonesbyname':
        return listZonesByName(server, request);
      case 'GET hostedzone/*':
        return getZone(findZone(server, id));
      case 'GET hostedzone/*/rrset':
        return listRecords(findZone(server, id), request);
      case 'POST hostedzone/*/rrset':
        if (!options.mayWrite) throw denied('route53:ChangeResourceRecordSets');
        return changeRecords(server, findZone(server, id), request);
      case 'GET change/*':
        return getChange(server, id ?? '');
      default:
    }
  }
  throw new AwsError(404, 'UnknownOperationException', `Not served here: ${operation}`);
}

function denied(action: string): AwsError {
  return new AwsError(403, 'AccessDenied', `User is not authorized to perform: ${action}`);
}

function findZone(server: Route53Server, id: string | undefined): Zone {
  const zone = server.zones.get(id ?? '');
  if (zone === undefined) {
    throw new AwsError(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id ?? ''}`);
  }
  return zone;
}

function getZone(zone: Zone): AwsReply {
  return xmlReply('GetHostedZoneResponse', [
    zoneNode(zone),
    ...(zone.isPrivate
      ? [
          [
            'VPCs',
            [
              [
                'VPC',
                [
                  ['VPCRegion', 'us-east-1'],
                  ['VPCId', 'vpc-lab'],
                ],
              ],
            ],
          ] as const,
        ]
      : [['DelegationSet', [['NameServers', [['NameServer', 'ns-1.lab']]]]] as const]),
  ]);
}

function listZones(server: Route53Server, request: AwsRequest): AwsReply {
  const zones = [...server.zones.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const from = zones.findIndex((zone) => zone.id === (queryValue(request, 'marker') ?? zone.id));
  const size = pageSize(request, maxZones);
  const page = from < 0 ? [] : zones.slice(from, from + size);
  const next = from < 0 ? undefined : zones[from + size];
  return xmlReply('ListHostedZonesResponse', [
    ['HostedZones', page.map(zoneNode)],
    ['IsTruncated', next !== undefined],
    ['NextMarker', next?.id],
    ['MaxItems', size],
  ]);
}

function listZonesByName(server: Route53Server, request: AwsRequest): AwsReply {
  const dnsName = queryValue(request, 'dnsname');
  const start = dnsName === undefined ? '' : reversedName(canonicalName(dnsName));
  const zones = [...server.zones.values()]
    .filter((zone) => reversedName(zone.name) >= start)
    .sort((a, b) => (reversedName(a.name) < reversedName(b.name) ? -1 : 1));
  const size = pageSize(request, maxZones);
  return xmlReply('ListHostedZonesByNameResponse', [
    ['HostedZones', zones.slice(0, size).map(zoneNode)],
    ['DNSName', dnsName],
    ['IsTruncated', zones.length > size],
    ['NextDNSName', zones[size]?.name],
    ['NextHostedZoneId', zones[size]?.id],
    ['MaxItems', size],
  ]);
}

function pageSize(request: AwsRequest, max: number): number {
  const asked = Number(queryValue(request, 'maxitems') ?? max);
  if (!Number.isInteger(asked) || asked < 1)
    throw invalidInput('maxitems must be a number above 0');
  return Math.min(asked, max);
}

function listRecords(zone: Zone, request: AwsRequest): AwsReply {
  const name = queryValue(request, 'name');
  const type = queryValue(request, 'type');
  if (type !== undefined && name === undefined) {
    throw invalidInput('The input is not valid: a type was given without a name');
  }
  const start =
    name === undefined
      ? ''
      : recordKey({
          name: canonicalName(name),
          type: type ?? '',
          setIdentifier: queryValue(request, 'identifier'),
        });
  const records = sortedRecords(zone).filter((record) => recordKey(record) >= start);
  const size = pageSize(request, maxPageSize);
  const next = records[size];
  return xmlReply('ListResourceRecordSetsResponse', [
    ['ResourceRecordSets', records.slice(0, size).map(recordNode)],
    ['IsTruncated', next !== undefined],
    ['NextRecordName', next?.name],
    ['NextRecordType', next?.type],
    ['NextRecordIdentifier', next?.setIdentifier],
    ['MaxItems', size],
  ]);
}

async function changeRecords(
  server: Route53Server,
  zone: Zone,
  request: AwsRequest,
): Promise<AwsReply> {
  const batch = parseBatch((await readDocument(request.body)).toString());
  const nowMs = server.now().getTime();
  if (nowMs < zone.busyUntilMs) {
    throw new AwsError(
      400,
      'PriorRequestNotComplete',
      'The request was rejected because Route 53 was still processing a prior request.',
    );
  }
  zone.records = applyBatch(zone, batch.changes);
  zone.busyUntilMs = nowMs + server.settings.processingMs;
  const change: ChangeInfo = {
    id: `C${randomBytes(10).toString('hex').toUpperCase()}`,
    submittedAt: server.now(),
    comment: batch.comment,
  };
  server.changes.set(change.id, change);
  return xmlReply('ChangeResourceRecordSetsResponse', [changeNode(server, change)]);
}

function getChange(server: Route53Server, id: string): AwsReply {
  const change = server.changes.get(id);
  if (change === undefined) {
    throw new AwsError(
      404,
      'NoSuchChange',
      `A change with the specified change ID does not exist: ${id}`,
    );
  }
  return xmlReply('GetChangeResponse', [changeNode(server, change)]);
}
