// Which records external-dns wants for the Routes and Services it sees: pure, so that its ownership rules can be tested.
// For a load balancer on AWS it makes an alias A record, and two TXT records that say who owns the name: the older form,
// and the newer one with the record type in front. https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/

import { listAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import { HOSTNAME_ANNOTATION, VISIBILITY_LABEL } from '../hypershift/publishing.ts';
import type { ZoneChange, ZoneRecord } from '../../world/zone.ts';

export interface Endpoint {
  readonly hostname: string;
  readonly target: string;
  /** "route/clusters-demo-hosted/oauth" */
  readonly resource: string;
}

export interface ExternalDnsSettings {
  readonly owner: string;
  readonly suffix: string;
  readonly domains: readonly string[];
}

/** What the arguments of an external-dns container ask for. undefined: not for AWS, or without a TXT registry. */
export function settingsFromArgs(args: readonly string[]): ExternalDnsSettings | undefined {
  const values = (name: string): readonly string[] =>
    args.filter((arg) => arg.startsWith(`${name}=`)).map((arg) => arg.slice(name.length + 1));
  const owner = values('--txt-owner-id')[0];
  const isForUs = values('--provider').includes('aws') && values('--registry').includes('txt');
  if (!isForUs || owner === undefined) return undefined;
  return {
    owner,
    suffix: values('--txt-suffix')[0] ?? '',
    domains: values('--domain-filter'),
  };
}

export function endpointsOf(
  routes: readonly KubeObject[],
  services: readonly KubeObject[],
  domains: readonly string[],
): readonly Endpoint[] {
  const balancerOf = (namespace: string | undefined, name: string): string | undefined =>
    textAt(
      listAt(
        services.find(
          (service) => service.metadata.namespace === namespace && service.metadata.name === name,
        ),
        'status',
        'loadBalancer',
        'ingress',
      )[0],
      'hostname',
    );
  const found = [
    ...routes.map((route) => ({
      object: route,
      hostname: textAt(route, 'spec', 'host'),
      target: balancerOf(route.metadata.namespace, 'router'),
    })),
    ...services.map((service) => ({
      object: service,
      hostname: service.metadata.annotations?.[HOSTNAME_ANNOTATION],
      target: balancerOf(service.metadata.namespace, service.metadata.name),
    })),
  ];
  return found.flatMap(({ object, hostname, target }) =>
    hostname === undefined ||
    target === undefined ||
    object.metadata.labels?.[VISIBILITY_LABEL] === 'private' ||
    !domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
      ? []
      : [
          {
            hostname,
            target,
            resource: `${object.kind.toLowerCase()}/${object.metadata.namespace ?? ''}/${object.metadata.name}`,
          },
        ],
  );
}

/** Names of the TXT records that own `hostname`: the older form, and the one with the record type. */
export function ownerNames(hostname: string, suffix: string): readonly string[] {
  const [first = '', ...rest] = hostname.split('.');
  const older = [`${first}${suffix}`, ...rest].join('.');
  return [older, `cname-${older}`];
}

export function ownerIn(value: string): string | undefined {
  return /external-dns\/owner=([^,"]+)/.exec(value)?.[1];
}

/** Who owns a name, by any of its TXT records. */
export function ownerOf(
  records: readonly ZoneRecord[],
  hostname: string,
  suffix: string,
): string | undefined {
  const names = new Set(ownerNames(hostname, suffix));
  return records
    .filter((record) => record.type === 'TXT' && names.has(record.name))
    .flatMap((record) => record.values.map(ownerIn))
    .find((owner) => owner !== undefined);
}

/** The changes of one sync round: own names made, corrected or removed; names of others and of nobody left alone. */
export function planRecords(
  wanted: readonly Endpoint[],
  records: readonly ZoneRecord[],
  settings: ExternalDnsSettings,
): readonly ZoneChange[] {
  return [
    ...wanted.flatMap((endpoint) => changesFor(endpoint, records, settings)),
    ...staleRecords(wanted, records, settings).map((record) => ({
      action: 'DELETE' as const,
      record,
    })),
  ];
}

function changesFor(
  endpoint: Endpoint,
  records: readonly ZoneRecord[],
  settings: ExternalDnsSettings,
): readonly ZoneChange[] {
  const owner = ownerOf(records, endpoint.hostname, settings.suffix);
  const existing = records.filter(
    (record) => record.name === endpoint.hostname && ['A', 'AAAA', 'CNAME'].includes(record.type),
  );
  // A record that exists without an owner belongs to a person.
  if (owner === undefined ? existing.length > 0 : owner !== settings.owner) return [];
  const value = `"heritage=external-dns,external-dns/owner=${settings.owner},external-dns/resource=${endpoint.resource}"`;
  const desired: readonly ZoneRecord[] = [
    { name: endpoint.hostname, type: 'A', values: [], aliasTo: endpoint.target },
    ...ownerNames(endpoint.hostname, settings.suffix).map((name) => ({
      name,
      type: 'TXT',
      ttl: 300,
      values: [value],
    })),
  ];
  return desired
    .filter((record) => !records.some((known) => isSame(known, record)))
    .map((record) => ({ action: 'UPSERT' as const, record }));
}

function staleRecords(
  wanted: readonly Endpoint[],
  records: readonly ZoneRecord[],
  settings: ExternalDnsSettings,
): readonly ZoneRecord[] {
  const hostnames = new Set(wanted.map((endpoint) => endpoint.hostname));
  const covers = (record: ZoneRecord): boolean =>
    settings.domains.some((domain) => record.name.endsWith(`.${domain}`));
  const stale = new Set(
    records
      .filter((record) => ['A', 'AAAA', 'CNAME'].includes(record.type) && covers(record))
      .map((record) => record.name)
      .filter(
        (name) =>
          !hostnames.has(name) && ownerOf(records, name, settings.suffix) === settings.owner,
      ),
  );
  const ownerRecords = new Set([...stale].flatMap((name) => ownerNames(name, settings.suffix)));
  return records.filter(
    (record) =>
      (stale.has(record.name) && record.type !== 'TXT') ||
      (ownerRecords.has(record.name) && record.type === 'TXT'),
  );
}

function isSame(known: ZoneRecord, wanted: ZoneRecord): boolean {
  return (
    known.name === wanted.name &&
    known.type === wanted.type &&
    known.aliasTo === wanted.aliasTo &&
    known.values.join() === wanted.values.join()
  );
}
