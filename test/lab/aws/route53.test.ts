// The lab's Route53 as the JavaScript SDK sees it: batches are atomic, faults have AWS's words, lists are paged and
// escaped as AWS does it.

import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

let lab: LabAws;
let now = new Date();
let zones = 0;
let zone = '';

beforeAll(async () => {
  lab = await startLabAws({
    now: () => now,
    dnsPropagationMs: 1_000,
    dnsProcessingMs: 10,
    dnsRequestsPerSecond: 5,
  });
});
beforeEach(() => {
  zones += 1;
  zone = `Z${zones}`;
  now = new Date(now.getTime() + 5_000);
  lab.server.createZone({ id: zone, name: 'example.com' });
});
afterAll(() => lab.close());

async function change(...changes: readonly Change[]): Promise<string> {
  now = new Date(now.getTime() + 1_100);
  const answer = await lab.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone,
      ChangeBatch: { Changes: [...changes] },
    }),
  );
  return answer.ChangeInfo?.Id ?? '';
}

async function records(): Promise<readonly ResourceRecordSet[]> {
  now = new Date(now.getTime() + 1_100);
  const answer = await lab.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
  return answer.ResourceRecordSets ?? [];
}

function a(name: string, value = '192.0.2.1'): ResourceRecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: value }] };
}

test('a batch with one fault changes nothing, and every fault is told', async () => {
  await change({ Action: 'CREATE', ResourceRecordSet: a('there.example.com') });
  const before = await records();
  const faulty = change(
    { Action: 'CREATE', ResourceRecordSet: a('new.example.com') },
    { Action: 'CREATE', ResourceRecordSet: a('there.example.com') },
    { Action: 'DELETE', ResourceRecordSet: a('absent.example.com') },
    { Action: 'DELETE', ResourceRecordSet: a('there.example.com', '192.0.2.9') },
    { Action: 'UPSERT', ResourceRecordSet: a('elsewhere.org') },
  );
  await expect(faulty).rejects.toMatchObject({ name: 'InvalidChangeBatch' });
  const text = await faulty.catch((error: unknown) => String(error));
  expect(text).toContain(
    "Tried to create resource record set [name='there.example.com.', type='A'] but it already exists",
  );
  expect(text).toContain("[name='absent.example.com.', type='A'] but it was not found");
  expect(text).toContain('but the values provided do not match the current values');
  expect(text).toContain(
    'RRSet with DNS name elsewhere.org. is not permitted in zone example.com.',
  );
  expect(await records()).toEqual(before);
});

test('aliases, routing and wildcards come back as they were written', async () => {
  const alias: ResourceRecordSet = {
    Name: '*.apps.example.com.',
    Type: 'A',
    AliasTarget: {
      HostedZoneId: 'ZELB',
      DNSName: 'lb-1.elb.amazonaws.com.',
      EvaluateTargetHealth: false,
    },
  };
  const weighted: ResourceRecordSet = {
    ...a('w.example.com.'),
    SetIdentifier: 'one',
    Weight: 10,
  };
  await change(
    { Action: 'CREATE', ResourceRecordSet: alias },
    { Action: 'CREATE', ResourceRecordSet: weighted },
  );
  const found = await records();
  expect(found).toContainEqual({ ...alias, Name: '\\052.apps.example.com.' });
  expect(found).toContainEqual(weighted);
});

test('a CNAME stands alone, and may replace an A within one batch', async () => {
  await change({ Action: 'CREATE', ResourceRecordSet: a('x.example.com') });
  const cname: ResourceRecordSet = {
    Name: 'x.example.com',
    Type: 'CNAME',
    TTL: 60,
    ResourceRecords: [{ Value: 'y.example.com' }],
  };
  await expect(change({ Action: 'CREATE', ResourceRecordSet: cname })).rejects.toThrow(
    'is not permitted as it conflicts with other records with the same DNS name',
  );
  await change(
    { Action: 'DELETE', ResourceRecordSet: a('x.example.com') },
    { Action: 'CREATE', ResourceRecordSet: cname },
  );
  expect((await records()).map(({ Type }) => Type)).toEqual(['NS', 'SOA', 'CNAME']);
});

test('values that the type does not allow are refused', async () => {
  await expect(
    change({ Action: 'CREATE', ResourceRecordSet: a('bad.example.com', 'not-an-ip') }),
  ).rejects.toThrow('ARRDATAIllegalIPv4Address');
  await expect(
    change({
      Action: 'CREATE',
      ResourceRecordSet: {
        Name: 't.example.com',
        Type: 'TXT',
        TTL: 60,
        ResourceRecords: [{ Value: 'unquoted' }],
      },
    }),
  ).rejects.toThrow('InvalidCharacterString');
});

test('more than 300 record sets come in pages that neither repeat nor lose one', async () => {
  const names = Array.from({ length: 650 }, (_, index) => `n${index}.example.com.`);
  await change(...names.map((name): Change => ({ Action: 'CREATE', ResourceRecordSet: a(name) })));
  const seen: string[] = [];
  let next: Pick<ResourceRecordSet, 'Name' | 'Type'> | undefined;
  let pages = 0;
  for (; pages < 5; pages += 1) {
    now = new Date(now.getTime() + 1_100);
    const answer = await lab.route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: zone,
        StartRecordName: next?.Name,
        StartRecordType: next?.Type,
      }),
    );
    seen.push(...(answer.ResourceRecordSets ?? []).map(({ Name }) => Name ?? ''));
    if (answer.IsTruncated !== true) break;
    next = { Name: answer.NextRecordName, Type: answer.NextRecordType };
  }
  expect(pages).toBe(2);
  expect(seen.slice(2).toSorted()).toEqual(names.toSorted());
});

test('a change is PENDING first and INSYNC later', async () => {
  const id = await change({ Action: 'CREATE', ResourceRecordSet: a('p.example.com') });
  const status = async () =>
    (await lab.route53.send(new GetChangeCommand({ Id: id }))).ChangeInfo?.Status;
  expect(await status()).toBe('PENDING');
  now = new Date(now.getTime() + 1_000);
  expect(await status()).toBe('INSYNC');
});

test('requests above the account limit, and a change while one is processed, are refused', async () => {
  const upsert = new ChangeResourceRecordSetsCommand({
    HostedZoneId: zone,
    ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: a('q.example.com') }] },
  });
  await lab.route53.send(upsert);
  await expect(lab.route53.send(upsert)).rejects.toMatchObject({ name: 'PriorRequestNotComplete' });
  const get = new GetHostedZoneCommand({ Id: zone });
  for (let request = 0; request < 3; request += 1) await lab.route53.send(get);
  await expect(lab.route53.send(get)).rejects.toMatchObject({ name: 'Throttling' });
});

test('zones are found by id and by name, and say whether they are private', async () => {
  lab.server.createZone({ id: 'ZPRIVATE', name: 'prod.hypershift.local', private: true });
  const found = await lab.route53.send(new GetHostedZoneCommand({ Id: 'ZPRIVATE' }));
  expect([found.HostedZone?.Name, found.HostedZone?.Config?.PrivateZone]).toEqual([
    'prod.hypershift.local.',
    true,
  ]);
  await expect(lab.route53.send(new GetHostedZoneCommand({ Id: 'ZNONE' }))).rejects.toMatchObject({
    name: 'NoSuchHostedZone',
  });
  const byName = await lab.route53.send(
    new ListHostedZonesByNameCommand({ DNSName: 'prod.hypershift.local', MaxItems: 1 }),
  );
  expect(byName.HostedZones?.[0]?.Id).toBe('/hostedzone/ZPRIVATE');
  const all = await lab.route53.send(new ListHostedZonesCommand({}));
  expect(all.HostedZones?.map(({ Id }) => Id)).toContain('/hostedzone/ZPRIVATE');
});
