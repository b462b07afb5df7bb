// Who owns a DNS record, as external-dns keeps it: TXT records beside it. The older form is named after the host, the
// newer one after the record type and the host ("a-", "aaaa-", "cname-"; alias A records count as cname). Since
// "a-api" may be either the newer form for "api" or the older one for a host of that very name, a TXT record that two
// hosts could claim is given to a host only when the resource it names says so; else to neither.
// https://github.com/kubernetes-sigs/external-dns/blob/master/docs/registry/txt.md

import type { DnsRecordSet } from '../../ports.ts';
import { isAddress } from './params.ts';
import type { TxtNaming } from './params.ts';

export interface OwnerRecord {
  readonly record: DnsRecordSet;
  readonly owner: string;
  /** "route/clusters-prod/oauth" */
  readonly resource: string | undefined;
  /** The record type that it speaks of; undefined: the older form, which speaks of all. */
  readonly covers: 'a' | 'aaaa' | 'cname' | undefined;
}

const coveredTypes = ['a', 'aaaa', 'cname'] as const;

/** The TXT records that certainly speak of this host. */
export function ownersOf(
  host: string,
  records: readonly DnsRecordSet[],
  naming: TxtNaming,
): readonly OwnerRecord[] {
  const claimed = claimable(host, records, naming);
  const addressed = new Set(records.filter(isAddress).map(({ name }) => name));
  return claimed.filter((candidate) => {
    const rivals = rivalsOf(host, candidate.covers).filter((name) => addressed.has(name));
    if (rivals.length === 0) return true;
    return claimed.some(
      (other) =>
        other.covers !== candidate.covers &&
        other.resource !== undefined &&
        other.resource === candidate.resource,
    );
  });
}

function claimable(
  host: string,
  records: readonly DnsRecordSet[],
  naming: TxtNaming,
): readonly OwnerRecord[] {
  const forms = [undefined, ...coveredTypes] as const;
  return forms.flatMap((covers) => {
    const name = ownerName(covers === undefined ? host : `${covers}-${host}`, naming);
    return records
      .filter((record) => record.type === 'TXT' && record.name === name)
      .flatMap((record) => {
        const stated = statedOwner(record);
        return stated === undefined ? [] : [{ record, covers, ...stated }];
      });
  });
}

/** Hosts whose own ownership record has the same name. */
function rivalsOf(host: string, covers: OwnerRecord['covers']): readonly string[] {
  if (covers !== undefined) return [`${covers}-${host}`];
  return coveredTypes
    .filter((type) => host.startsWith(`${type}-`))
    .map((type) => host.slice(type.length + 1));
}

/** "api.example.com" → "api-external-dns.example.com" */
function ownerName(host: string, { prefix, suffix }: TxtNaming): string {
  const [label = '', ...rest] = host.split('.');
  return [`${prefix}${label}${suffix}`, ...rest].join('.');
}

function statedOwner(
  record: DnsRecordSet,
): { readonly owner: string; readonly resource: string | undefined } | undefined {
  const text = record.values
    .map((value) => value.replaceAll(/"\s+"/g, '').replaceAll('"', ''))
    .find((value) => value.startsWith('heritage=external-dns'));
  const labels = new Map(
    (text ?? '').split(',').map((label) => {
      const at = label.indexOf('=');
      return [label.slice(0, at), label.slice(at + 1)] as const;
    }),
  );
  const owner = labels.get('external-dns/owner');
  return owner === undefined ? undefined : { owner, resource: labels.get('external-dns/resource') };
}

/** The TXT records that speak of this address record. */
export function ownersOfRecord(
  record: DnsRecordSet,
  owners: readonly OwnerRecord[],
): readonly OwnerRecord[] {
  const type = record.type.toLowerCase();
  return owners.filter(
    ({ covers, record: txt }) =>
      txt.setIdentifier === record.setIdentifier &&
      (covers === undefined ||
        covers === type ||
        (covers === 'cname' && record.alias !== undefined)),
  );
}
