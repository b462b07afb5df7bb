// One Route53 zone as external-dns and the front door see it, over the wire.

import { XMLParser } from 'fast-xml-parser';
import type { AwsClient } from './aws-client.ts';

/** What Route53 calls the lab's two zones; a server may invent ids of its own. */
export interface ZoneIds {
  readonly public: string;
  readonly private: string;
}

export interface ZoneRecord {
  /** Without the final dot. */
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly values: readonly string[];
  /** Alias to this DNS name (without the final dot). */
  readonly aliasTo?: string;
}

export interface ZoneChange {
  readonly action: 'CREATE' | 'UPSERT' | 'DELETE';
  readonly record: ZoneRecord;
}

export interface Zone {
  /** All record sets of the zone. */
  records(): Promise<readonly ZoneRecord[]>;
  /** One batch, all or nothing. Throws what Route53 said. */
  change(changes: readonly ZoneChange[]): Promise<void>;
}

const MAX_PAGES = 100;
/** The hosted zone that AWS uses for load balancers in us-west-1. */
const LOAD_BALANCER_ZONE = 'Z368ELLRRE2KJ0';
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (name) => name === 'ResourceRecordSet' || name === 'ResourceRecord',
});

interface XmlRecord {
  readonly Name: string;
  readonly Type: string;
  readonly TTL?: string;
  readonly ResourceRecords?: { readonly ResourceRecord: readonly { readonly Value: string }[] };
  readonly AliasTarget?: { readonly DNSName: string };
}

interface XmlList {
  readonly ListResourceRecordSetsResponse: {
    readonly ResourceRecordSets?: { readonly ResourceRecordSet?: readonly XmlRecord[] } | '';
    readonly IsTruncated: string;
    readonly NextRecordName?: string;
    readonly NextRecordType?: string;
  };
}

export function openZone(aws: AwsClient, zoneId: string): Zone {
  const path = `/2013-04-01/hostedzone/${zoneId}/rrset`;
  return {
    async records() {
      const found: ZoneRecord[] = [];
      let query: Record<string, string> = {};
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer = await aws.send({ service: 'route53', method: 'GET', path, query });
        const text = answer.body.toString('utf8');
        if (answer.status !== 200) throw new Error(`Route53 refused to list ${zoneId}: ${text}`);
        const list = (parser.parse(text) as XmlList).ListResourceRecordSetsResponse;
        const sets = typeof list.ResourceRecordSets === 'object' ? list.ResourceRecordSets : {};
        found.push(...(sets.ResourceRecordSet ?? []).map(fromXml));
        if (list.IsTruncated !== 'true') return found;
        query = { name: list.NextRecordName ?? '', type: list.NextRecordType ?? '' };
      }
      throw new Error(`Zone ${zoneId} has more than ${MAX_PAGES} pages`);
    },
    async change(changes) {
      const body = `<?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes>${changes.map(toXml).join('')}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
      const answer = await aws.send({ service: 'route53', method: 'POST', path, body });
      if (answer.status !== 200) {
        throw new Error(`Route53 refused a change of ${zoneId}: ${answer.body.toString('utf8')}`);
      }
    },
  };
}

function fromXml(record: XmlRecord): ZoneRecord {
  return {
    name: withoutDot(record.Name).toLowerCase(),
    type: record.Type,
    values: (record.ResourceRecords?.ResourceRecord ?? []).map((entry) => entry.Value),
    ...(record.TTL === undefined ? {} : { ttl: Number(record.TTL) }),
    ...(record.AliasTarget === undefined
      ? {}
      : { aliasTo: withoutDot(record.AliasTarget.DNSName).toLowerCase() }),
  };
}

function toXml({ action, record }: ZoneChange): string {
  const target =
    record.aliasTo === undefined
      ? `<TTL>${record.ttl ?? 300}</TTL><ResourceRecords>${record.values.map((value) => `<ResourceRecord><Value>${escapeXml(value)}</Value></ResourceRecord>`).join('')}</ResourceRecords>`
      : `<AliasTarget><HostedZoneId>${LOAD_BALANCER_ZONE}</HostedZoneId><DNSName>${record.aliasTo}.</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>`;
  return `<Change><Action>${action}</Action><ResourceRecordSet><Name>${record.name}.</Name><Type>${record.type}</Type>${target}</ResourceRecordSet></Change>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
