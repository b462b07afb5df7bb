// What only the lab's own Route53 can be asked: every fault of a batch at once, and how it behaves while time passes. Rules
// of AWS that hold for any server are in the conformance suite.

import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
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

function a(name: string, value = '192.0.2.1'): ResourceRecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: value }] };
}

test('of a batch with several faults every one is told', async () => {
  await change({ Action: 'CREATE', ResourceRecordSet: a('there.example.com') });
  const faulty = change(
    { Action: 'CREATE', ResourceRecordSet: a('there.example.com') },
    { Action: 'DELETE', ResourceRecordSet: a('absent.example.com') },
    { Action: 'UPSERT', ResourceRecordSet: a('elsewhere.org') },
  );
  const text = await faulty.catch((error: unknown) => String(error));
  expect(text).toContain("[name='there.example.com.', type='A'] but it already exists");
  expect(text).toContain("[name='absent.example.com.', type='A'] but it was not found");
  expect(text).toContain('elsewhere.org. is not permitted in zone example.com.');
});

test('a change is PENDING until it has propagated', async () => {
  const id = await change({ Action: 'CREATE', ResourceRecordSet: a('p.example.com') });
  const status = async () =>
    (await lab.route53.send(new GetChangeCommand({ Id: id }))).ChangeInfo?.Status;
  now = new Date(now.getTime() + 999);
  expect(await status()).toBe('PENDING');
  now = new Date(now.getTime() + 1);
  expect(await status()).toBe('INSYNC');
});

test('a zone takes the next change when the one before is processed', async () => {
  const upsert = new ChangeResourceRecordSetsCommand({
    HostedZoneId: zone,
    ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: a('q.example.com') }] },
  });
  await lab.route53.send(upsert);
  await expect(lab.route53.send(upsert)).rejects.toMatchObject({ name: 'PriorRequestNotComplete' });
  now = new Date(now.getTime() + 10);
  expect((await lab.route53.send(upsert)).ChangeInfo?.Status).toBe('PENDING');
});

test('the sixth request of a second is refused, and one of the next second is not', async () => {
  const get = new GetHostedZoneCommand({ Id: zone });
  for (let request = 0; request < 5; request += 1) await lab.route53.send(get);
  await expect(lab.route53.send(get)).rejects.toMatchObject({ name: 'Throttling' });
  now = new Date(now.getTime() + 1_000);
  expect((await lab.route53.send(get)).HostedZone?.Id).toBe(`/hostedzone/${zone}`);
});
