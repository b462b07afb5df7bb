// Route53's XML: record sets and change batches in, record sets and zones out.

import { AwsError } from '../aws-error.ts';
import { child, childText, children, parseXml, xmlDocument } from '../xml.ts';
import type { ParsedXml, XmlNode } from '../xml.ts';
import type { AwsReply } from '../http.ts';
import type { RequestedChange } from './changes.ts';
import { canonicalName } from './model.ts';
import type { ChangeInfo, RecordSet, Route53Server, Zone } from './model.ts';

const namespace = 'https://route53.amazonaws.com/doc/2013-04-01/';
const routingNames = [
  'Weight',
  'Region',
  'Failover',
  'MultiValueAnswer',
  'HealthCheckId',
  'TrafficPolicyInstanceId',
] as const;
const maxChanges = 1_000;
const typesServed = new Set(['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);

export function xmlReply(root: string, content: readonly XmlNode[]): AwsReply {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: xmlDocument(root, namespace, content),
  };
}

export interface ChangeBatch {
  readonly comment: string | undefined;
  readonly changes: readonly RequestedChange[];
}

/** Throws MalformedXML, InvalidInput or InvalidChangeBatch (too many). */
export function parseBatch(text: string): ChangeBatch {
  const batch = child(parseXml(text, 'ChangeResourceRecordSetsRequest'), 'ChangeBatch');
  const changes = children(child(batch, 'Changes'), 'Change').map(parseChange);
  if (changes.length === 0)
    throw invalidInput(
      '1 validation error detected: Value at changeBatch.changes failed to satisfy constraint: Member must have length greater than or equal to 1',
    );
  if (changes.length > maxChanges) {
    throw new AwsError(
      400,
      'InvalidChangeBatch',
      `Number of changes limit of ${maxChanges} exceeded`,
    );
  }
  return { comment: childText(batch, 'Comment'), changes };
}

function parseChange(node: ParsedXml): RequestedChange {
  const action = childText(node, 'Action') ?? '';
  const record = parseRecord(child(node, 'ResourceRecordSet'));
  if (!['CREATE', 'DELETE', 'UPSERT'].includes(action)) {
    throw invalidInput(
      `Value '${action}' at 'changeBatch.changes.action' failed to satisfy constraint: Member must satisfy enum value set: [CREATE, DELETE, UPSERT]`,
    );
  }
  const isPlain = record.ttl !== undefined && record.values.length > 0;
  const isBare = record.ttl === undefined && record.values.length === 0;
  if (isPlain === (record.alias !== undefined) || (!isPlain && !isBare)) {
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${record.alias === undefined ? 'none' : 'more than one'} in Change with [Action=${action}, Name=${record.name}, Type=${record.type}, SetIdentifier=${record.setIdentifier ?? 'null'}]`,
    );
  }
  return { action, record };
}

function parseRecord(node: ParsedXml | undefined): RecordSet {
  const alias = child(node, 'AliasTarget');
  const type = childText(node, 'Type') ?? '';
  if (!typesServed.has(type)) throw invalidInput(`Invalid record type '${type}'`);
  return {
    name: canonicalName(childText(node, 'Name') ?? ''),
    type,
    ttl: childText(node, 'TTL'),
    values: children(child(node, 'ResourceRecords'), 'ResourceRecord').map(
      (record) => childText(record, 'Value') ?? '',
    ),
    alias:
      alias === undefined
        ? undefined
        : {
            zoneId: childText(alias, 'HostedZoneId') ?? '',
            name: canonicalName(childText(alias, 'DNSName') ?? ''),
            evaluateTargetHealth: childText(alias, 'EvaluateTargetHealth') ?? 'false',
          },
    setIdentifier: childText(node, 'SetIdentifier'),
    routing: routingNames.flatMap((name) => {
      const value = childText(node, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  };
}

export function invalidInput(message: string): AwsError {
  return new AwsError(400, 'InvalidInput', message);
}

export function recordNode(record: RecordSet): XmlNode {
  return [
    'ResourceRecordSet',
    [
      ['Name', record.name],
      ['Type', record.type],
      ['SetIdentifier', record.setIdentifier],
      ...record.routing,
      ['TTL', record.ttl],
      [
        'ResourceRecords',
        record.alias !== undefined
          ? undefined
          : record.values.map((value): XmlNode => ['ResourceRecord', [['Value', value]]]),
      ],
      [
        'AliasTarget',
        record.alias === undefined
          ? undefined
          : [
              ['HostedZoneId', record.alias.zoneId],
              ['DNSName', record.alias.name],
              ['EvaluateTargetHealth', record.alias.evaluateTargetHealth],
            ],
      ],
    ],
  ];
}

export function zoneNode(zone: Zone): XmlNode {
  return [
    'HostedZone',
    [
      ['Id', `/hostedzone/${zone.id}`],
      ['Name', zone.name],
      ['CallerReference', zone.id],
      ['Config', [['PrivateZone', zone.isPrivate]]],
      ['ResourceRecordSetCount', zone.records.size],
    ],
  ];
}

export function changeNode(server: Route53Server, change: ChangeInfo): XmlNode {
  const ageMs = server.now().getTime() - change.submittedAt.getTime();
  return [
    'ChangeInfo',
    [
      ['Id', `/change/${change.id}`],
      ['Status', ageMs >= server.settings.propagationMs ? 'INSYNC' : 'PENDING'],
      ['SubmittedAt', change.submittedAt.toISOString()],
      ['Comment', change.comment],
    ],
  ];
}
