// Where moto's Route53 is not as AWS's. Its batches are not atomic, it compares a change with the changes before it rather
// than with the records, and nothing takes time.

import {
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { expect } from 'vitest';
import { alias, cname } from './route53-batches.ts';
import { a, change, create, records, remove, upsert } from './route53-calls.ts';
import type { KnownDifferences } from './rules.ts';
import type { AwsUnderTest } from './under-test.ts';

async function zoneWithRecord(aws: AwsUnderTest): Promise<string> {
  const zone = await aws.newZone();
  await change(aws, zone, create(a('there.example.com.')));
  return zone;
}

export const motoBatchDifferences: KnownDifferences = {
  'a record set that exists is not created again, and nothing else of the batch is done': {
    instead: 'makes a second one when the values differ',
    shows: async (aws) => {
      const zone = await zoneWithRecord(aws);
      await change(aws, zone, create(a('there.example.com.', '192.0.2.9')));
      expect(await records(aws, zone)).toEqual([
        a('there.example.com.'),
        a('there.example.com.', '192.0.2.9'),
      ]);
    },
  },
  'a record set that is absent is not deleted, and nothing else of the batch is done': {
    instead: 'calls that InvalidInput, though it does nothing either',
    shows: async (aws) => {
      const zone = await aws.newZone();
      const batch = change(aws, zone, create(a('new.example.com.')), remove(a('no.example.com.')));
      await expect(batch).rejects.toMatchObject({ name: 'InvalidInput' });
      expect(await records(aws, zone)).toEqual([]);
    },
  },
  'a record set is deleted only by whoever knows its values': {
    instead: 'calls that InvalidInput, though it keeps the record set',
    shows: async (aws) => {
      const zone = await zoneWithRecord(aws);
      const wrong = change(aws, zone, remove(a('there.example.com.', '192.0.2.9')));
      await expect(wrong).rejects.toMatchObject({ name: 'InvalidInput' });
      expect(await records(aws, zone)).toEqual([a('there.example.com.')]);
    },
  },
  'a name of another zone is refused, and nothing else of the batch is done': {
    instead: 'does what stands before it in the batch',
    shows: async (aws) => {
      const zone = await aws.newZone();
      const batch = change(aws, zone, create(a('new.example.com.')), create(a('else.org.')));
      await expect(batch).rejects.toMatchObject({ name: 'InvalidChangeBatch' });
      expect(await records(aws, zone)).toEqual([a('new.example.com.')]);
    },
  },
  'what was deleted may be created again just as it was': {
    instead: 'says that it already exists when any record set comes after it',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(a('m.example.com.')), create(a('z.example.com.')));
      await change(aws, zone, remove(a('m.example.com.')));
      await expect(change(aws, zone, create(a('m.example.com.')))).rejects.toMatchObject({
        name: 'InvalidChangeBatch',
      });
      expect(await records(aws, zone)).toEqual([a('z.example.com.')]);
    },
  },
  'an alias has no TTL': {
    instead: 'has one of 0',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(alias));
      expect((await records(aws, zone))[0]?.TTL).toBe(0);
    },
  },
  'a wildcard is given back with its octal escape': {
    instead: 'is given back as it was written',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(a('*.apps.example.com.')));
      expect(await records(aws, zone)).toEqual([a('*.apps.example.com.')]);
    },
  },
  'names are one in upper and lower case': {
    instead: 'keeps the case',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(a('Mixed.example.com.')));
      expect(await records(aws, zone)).toEqual([a('Mixed.example.com.')]);
    },
  },
  'a CNAME stands alone': {
    instead: 'is put beside an A',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(a('x.example.com.')));
      await change(aws, zone, create(cname));
      expect((await records(aws, zone)).map(({ Type }) => Type)).toEqual(['A', 'CNAME']);
    },
  },
  'values that the type does not allow are refused': {
    instead: 'takes any value',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(a('bad.example.com.', 'not-an-ip')));
      expect(await records(aws, zone)).toEqual([a('bad.example.com.', 'not-an-ip')]);
    },
  },
};

export const motoZoneDifferences: KnownDifferences = {
  'no page has more than 300 record sets, whatever is asked for': {
    instead: 'gives as many as it is asked for',
    shows: async (aws) => {
      const zone = await aws.newZone();
      const many = Array.from({ length: 400 }, (_, index) => create(a(`n${index}.example.com.`)));
      await change(aws, zone, ...many);
      const answer = await aws.route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 1_000 }),
      );
      expect(answer.ResourceRecordSets?.length).toBe(402);
    },
  },
  'a change is PENDING at first': {
    instead: 'is INSYNC at once',
    shows: async (aws) => {
      const Id = await change(aws, await aws.newZone(), create(a('p.example.com.')));
      const { ChangeInfo } = await aws.route53.send(new GetChangeCommand({ Id }));
      expect(ChangeInfo?.Status).toBe('INSYNC');
    },
  },
  'every change has an id of its own, and one that is unknown is NoSuchChange': {
    instead: 'has one id for all, and says INSYNC of any',
    shows: async (aws) => {
      const zone = await aws.newZone();
      const one = await change(aws, zone, create(a('one.example.com.')));
      expect(await change(aws, zone, create(a('two.example.com.')))).toBe(one);
      const unknown = await aws.route53.send(new GetChangeCommand({ Id: 'C0000000000000' }));
      expect(unknown.ChangeInfo?.Status).toBe('INSYNC');
    },
  },
  'more than five requests in a second are refused with Throttling': {
    instead: 'takes any number',
    shows: async (aws) => {
      const get = new GetHostedZoneCommand({ Id: await aws.newZone() });
      const burst = Array.from({ length: 20 }, () => aws.route53.send(get));
      expect(await Promise.all(burst)).toHaveLength(20);
    },
  },
  'a change while another one is processed is PriorRequestNotComplete': {
    instead: 'is taken',
    shows: async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, upsert(a('q.example.com.')));
      await change(aws, zone, upsert(a('q.example.com.', '192.0.2.2')));
      expect(await records(aws, zone)).toEqual([a('q.example.com.', '192.0.2.2')]);
    },
  },
  'Route53 tells unknown keys and wrong secrets apart': {
    instead: 'refuses both with 403 in a document that no client of Route53 understands',
    shows: async (aws) => {
      const list = new ListHostedZonesCommand({});
      for (const key of [
        { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'x' },
        { ...aws.admin, secretAccessKey: 'wrong' },
      ]) {
        await expect(aws.route53As({ key }).send(list)).rejects.toMatchObject({
          name: 'Unknown',
          $metadata: { httpStatusCode: 403 },
        });
      }
    },
  },
};
