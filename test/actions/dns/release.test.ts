// Which records go when names are released: those of the owner, and of nobody whose name looks alike.

import { expect, test } from 'vitest';
import type { DnsRecordSet } from '../../../src/actions/ports.ts';
import { releasedRecords } from '../../../src/actions/dns/support/release.ts';
import { aliasRecord, txtOwner } from '../../fakes/zone-fake.ts';

const domain = 'prod.example.com';
const owner = 'mgmt-1';
const naming = { prefix: '', suffix: '-external-dns' };

/** A host as external-dns publishes it: alias A, both forms of ownership. */
function published(host: string, by = owner, resource = `route/${host}`): readonly DnsRecordSet[] {
  const [label = '', ...rest] = host.split('.');
  const text = (form: string) =>
    txtOwner([`${form}${label}-external-dns`, ...rest].join('.'), by, resource);
  return [aliasRecord(host, 'lb.elb.amazonaws.com'), text(''), text('cname-')];
}

function released(records: readonly DnsRecordSet[], ...hostnames: readonly string[]) {
  return releasedRecords(records, { hostnames, owner, naming });
}

test('the address record and both ownership records of a host go', () => {
  const ours = published(`api.${domain}`);
  expect(released(ours, `API.${domain}.`)).toEqual({ records: ours, kept: [] });
});

test('neighbours that share a prefix, contain the name, or lie below it stay', () => {
  const ours = published(`api.${domain}`);
  const neighbours = [
    ...published(`api.prod-2.example.com`),
    ...published(`api.pre-prod.example.com`),
    ...published(`api-int.${domain}`),
    ...published(`x.api.${domain}`),
    ...published(`my-api.${domain}`),
  ];
  expect(released([...neighbours, ...ours], `api.${domain}`).records).toEqual(ours);
});

test('a host that another owner holds stays whole, and the plan says whose it is', () => {
  const theirs = published(`api.${domain}`, 'mgmt-2');
  const { records, kept } = released(theirs, `api.${domain}`);
  expect(records).toEqual([]);
  expect(kept).toEqual([`A api.${domain} stays: its owner is mgmt-2`]);
});

test('a host that two owners claim stays with all its ownership records', () => {
  const [address, plain] = published(`api.${domain}`);
  const typed = txtOwner(`cname-api-external-dns.${domain}`, 'mgmt-2', 'route/x');
  if (address === undefined || plain === undefined) throw new Error('published gives three');
  expect(released([address, plain, typed], `api.${domain}`).records).toEqual([]);
});

test('a record that no ownership record speaks of stays', () => {
  const { records, kept } = released([aliasRecord(`api.${domain}`, 'lb')], `api.${domain}`);
  expect(records).toEqual([]);
  expect(kept[0]).toContain('no ownership record');
});

test('ownership records whose address record is gone already go too: they would keep the next owner out', () => {
  const [, ...texts] = published(`api.${domain}`);
  expect(released(texts, `api.${domain}`).records).toEqual(texts);
});

test('only the older form, a CNAME, and an AAAA beside an A are known', () => {
  const cname: DnsRecordSet = {
    name: `oauth.${domain}`,
    type: 'CNAME',
    ttlSeconds: 60,
    values: ['router.example.com'],
  };
  const old = [cname, txtOwner(`oauth-external-dns.${domain}`, owner, 'route/oauth')];
  expect(released(old, `oauth.${domain}`).records).toEqual(old);
  const address: DnsRecordSet = {
    name: `v6.${domain}`,
    type: 'AAAA',
    ttlSeconds: 60,
    values: ['::1'],
  };
  const dual: readonly DnsRecordSet[] = [
    { ...address, type: 'A', values: ['192.0.2.1'] },
    address,
    txtOwner(`a-v6-external-dns.${domain}`, owner, 'service/v6'),
    txtOwner(`aaaa-v6-external-dns.${domain}`, owner, 'service/v6'),
  ];
  expect(released(dual, `v6.${domain}`).records).toHaveLength(4);
});

test('a TXT name that two hosts could claim goes only with the host whose resource it names', () => {
  const ours = published(`api.${domain}`, owner, 'route/api');
  const neighbour = published(`cname-api.${domain}`, owner, 'route/neighbour');
  // Both have an ownership record of the very same name: external-dns keeps the last writer's.
  const shared = `cname-api-external-dns.${domain}`;
  const all = [...ours.filter(({ name }) => name !== shared), ...neighbour];
  const { records } = released(all, `api.${domain}`);
  expect(records.map(({ name, type }) => `${type} ${name}`)).toEqual([
    `A api.${domain}`,
    `TXT api-external-dns.${domain}`,
  ]);
});

test('an MX, TXT or NS record of the host itself is no address and stays', () => {
  const own: DnsRecordSet = { name: `api.${domain}`, type: 'TXT', ttlSeconds: 60, values: ['"v"'] };
  const all = [...published(`api.${domain}`), own];
  expect(released(all, `api.${domain}`).records).not.toContain(own);
});
