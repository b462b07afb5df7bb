// Rules of change batches: all or nothing, faults in AWS's own words.

import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { a, change, create, records, remove, upsert } from './route53-calls.ts';

const namesOf = (found: readonly ResourceRecordSet[]) => found.map(({ Name }) => Name);

export const cname: ResourceRecordSet = {
  Name: 'x.example.com.',
  Type: 'CNAME',
  TTL: 60,
  ResourceRecords: [{ Value: 'y.example.com' }],
};

export const alias: ResourceRecordSet = {
  Name: 'api.example.com.',
  Type: 'A',
  AliasTarget: {
    HostedZoneId: 'Z368ELLRRE2KJ0',
    DNSName: 'lb-1.elb.amazonaws.com.',
    EvaluateTargetHealth: false,
  },
};

export function batchRules(rule: Rule): void {
  atomicRules(rule);
  contentRules(rule);
}

function atomicRules(rule: Rule): void {
  rule(
    'a record set that exists is not created again, and nothing else of the batch is done',
    async (aws) => {
      const zone = await aws.newZone();
      await change(aws, zone, create(a('there.example.com.')));
      const again = change(
        aws,
        zone,
        create(a('new.example.com.')),
        create(a('there.example.com.', '192.0.2.9')),
      );
      await expect(again).rejects.toMatchObject({
        name: 'InvalidChangeBatch',
        message: expect.stringContaining(
          "Tried to create resource record set [name='there.example.com.', type='A'] but it already exists",
        ) as string,
      });
      expect(await records(aws, zone)).toEqual([a('there.example.com.')]);
    },
  );

  rule(
    'a record set that is absent is not deleted, and nothing else of the batch is done',
    async (aws) => {
      const zone = await aws.newZone();
      const batch = change(
        aws,
        zone,
        create(a('new.example.com.')),
        remove(a('absent.example.com.')),
      );
      await expect(batch).rejects.toMatchObject({
        name: 'InvalidChangeBatch',
        message: expect.stringContaining('but it was not found') as string,
      });
      expect(await records(aws, zone)).toEqual([]);
    },
  );

  rule('a record set is deleted only by whoever knows its values', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(a('there.example.com.')));
    await expect(
      change(aws, zone, remove(a('there.example.com.', '192.0.2.9'))),
    ).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining(
        'the values provided do not match the current values',
      ) as string,
    });
    expect(namesOf(await records(aws, zone))).toEqual(['there.example.com.']);
    await change(aws, zone, remove(a('there.example.com.')));
    expect(await records(aws, zone)).toEqual([]);
  });

  rule('a name of another zone is refused, and nothing else of the batch is done', async (aws) => {
    const zone = await aws.newZone();
    const batch = change(aws, zone, create(a('new.example.com.')), create(a('else.org.')));
    await expect(batch).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining(
        'RRSet with DNS name else.org. is not permitted in zone example.com.',
      ) as string,
    });
    expect(await records(aws, zone)).toEqual([]);
  });

  rule('what was deleted may be created again just as it was', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(a('m.example.com.')), create(a('z.example.com.')));
    await change(aws, zone, remove(a('m.example.com.')));
    await change(aws, zone, create(a('m.example.com.')));
    expect(namesOf(await records(aws, zone))).toEqual(['m.example.com.', 'z.example.com.']);
  });

  rule('UPSERT makes what is absent and replaces what is there', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, upsert(a('u.example.com.')));
    await change(aws, zone, upsert(a('u.example.com.', '192.0.2.2')));
    expect(await records(aws, zone)).toEqual([a('u.example.com.', '192.0.2.2')]);
  });

  rule('a batch of more than 1,000 records is refused', async (aws) => {
    const zone = await aws.newZone();
    const many = Array.from({ length: 1_001 }, (_, index) => create(a(`n${index}.example.com.`)));
    await expect(change(aws, zone, ...many)).rejects.toMatchObject({ name: 'InvalidChangeBatch' });
    expect(await records(aws, zone)).toEqual([]);
  });
}

function contentRules(rule: Rule): void {
  rule('aliases and routing come back as they were written', async (aws) => {
    const zone = await aws.newZone();
    const weighted = { ...a('w.example.com.'), SetIdentifier: 'one', Weight: 10 };
    await change(aws, zone, create(alias), create(weighted));
    expect(await records(aws, zone)).toMatchObject([alias, weighted]);
    await change(aws, zone, remove(alias), remove(weighted));
    expect(await records(aws, zone)).toEqual([]);
  });

  rule('an alias has no TTL', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(alias));
    expect((await records(aws, zone))[0]?.TTL).toBeUndefined();
  });

  rule('a wildcard is given back with its octal escape', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(a('*.apps.example.com.')));
    expect(namesOf(await records(aws, zone))).toEqual([String.raw`\052.apps.example.com.`]);
  });

  rule('names are one in upper and lower case', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(a('Mixed.Example.com.')));
    expect(namesOf(await records(aws, zone))).toEqual(['mixed.example.com.']);
  });

  rule('a CNAME stands alone', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(a('x.example.com.')));
    await expect(change(aws, zone, create(cname))).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining(
        'is not permitted as it conflicts with other records with the same DNS name',
      ) as string,
    });
    expect(await records(aws, zone)).toEqual([a('x.example.com.')]);
  });

  rule('a CNAME may replace an A within one batch', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, create(a('x.example.com.')));
    await change(aws, zone, remove(a('x.example.com.')), create(cname));
    expect((await records(aws, zone)).map(({ Type }) => Type)).toEqual(['CNAME']);
  });

  rule('values that the type does not allow are refused', async (aws) => {
    const zone = await aws.newZone();
    await expect(
      change(aws, zone, create(a('bad.example.com.', 'not-an-ip'))),
    ).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining('ARRDATAIllegalIPv4Address') as string,
    });
    const text: ResourceRecordSet = {
      Name: 't.example.com.',
      Type: 'TXT',
      TTL: 60,
      ResourceRecords: [{ Value: 'unquoted' }],
    };
    await expect(change(aws, zone, create(text))).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining('InvalidCharacterString') as string,
    });
  });
}
