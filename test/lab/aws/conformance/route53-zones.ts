// Rules of zones, their lists, and the state of changes.

import {
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { a, change, create, records } from './route53-calls.ts';

export function zoneRules(rule: Rule): void {
  rule('more than 300 record sets come in pages that neither repeat nor lose one', async (aws) => {
    const zone = await aws.newZone();
    const names = Array.from({ length: 650 }, (_, index) => `n${index}.example.com.`);
    await change(aws, zone, ...names.map((name) => create(a(name))));
    const seen: string[] = [];
    let from: object = {};
    let pages = 0;
    while (pages < 5) {
      const answer = await aws.route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: zone, ...from }),
      );
      pages += 1;
      const page = answer.ResourceRecordSets ?? [];
      expect(page.length).toBeLessThanOrEqual(300);
      seen.push(...page.filter(({ Type }) => Type === 'A').map(({ Name }) => Name ?? ''));
      if (answer.IsTruncated !== true) break;
      from = { StartRecordName: answer.NextRecordName, StartRecordType: answer.NextRecordType };
    }
    expect(pages).toBe(3);
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  rule('no page has more than 300 record sets, whatever is asked for', async (aws) => {
    const zone = await aws.newZone();
    const many = Array.from({ length: 400 }, (_, index) => create(a(`n${index}.example.com.`)));
    await change(aws, zone, ...many);
    const answer = await aws.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 1_000 }),
    );
    expect([answer.ResourceRecordSets?.length, answer.IsTruncated]).toEqual([300, true]);
  });

  rule(
    'record sets come by their labels from the right, and a list may start in the middle',
    async (aws) => {
      const zone = await aws.newZone();
      const names = ['b.example.com.', 'x.b.example.com.', 'c.example.com.'];
      await change(aws, zone, ...names.toReversed().map((name) => create(a(name))));
      expect((await records(aws, zone)).map(({ Name }) => Name)).toEqual(names);
      const middle = await aws.route53.send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: zone,
          StartRecordName: 'x.b.example.com',
        }),
      );
      expect(middle.ResourceRecordSets?.map(({ Name }) => Name)).toEqual(names.slice(1));
      await expect(
        aws.route53.send(
          new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordType: 'A' }),
        ),
      ).rejects.toMatchObject({ name: 'InvalidInput' });
    },
  );

  rule('a change comes to be INSYNC', async (aws) => {
    const Id = await change(aws, await aws.newZone(), create(a('p.example.com.')));
    const status = async () =>
      (await aws.route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
    await expect.poll(status, { interval: 20, timeout: 5_000 }).toBe('INSYNC');
  });

  rule('a change is PENDING at first', async (aws) => {
    const Id = await change(aws, await aws.newZone(), create(a('p.example.com.')));
    const { ChangeInfo } = await aws.route53.send(new GetChangeCommand({ Id }));
    expect(ChangeInfo?.Status).toBe('PENDING');
  });

  rule(
    'every change has an id of its own, and one that is unknown is NoSuchChange',
    async (aws) => {
      const zone = await aws.newZone();
      const one = await change(aws, zone, create(a('one.example.com.')));
      const two = await change(aws, zone, create(a('two.example.com.')));
      expect(one).not.toBe(two);
      await expect(
        aws.route53.send(new GetChangeCommand({ Id: 'C0000000000000' })),
      ).rejects.toMatchObject({ name: 'NoSuchChange' });
    },
  );

  rule('zones are found by id and by name, and say whether they are private', async (aws) => {
    const id = await aws.createZone('prod.hypershift.local', { private: true });
    const { HostedZone } = await aws.route53.send(new GetHostedZoneCommand({ Id: id }));
    expect([HostedZone?.Id, HostedZone?.Name, HostedZone?.Config?.PrivateZone]).toEqual([
      `/hostedzone/${id}`,
      'prod.hypershift.local.',
      true,
    ]);
    const byName = await aws.route53.send(
      new ListHostedZonesByNameCommand({ DNSName: 'prod.hypershift.local', MaxItems: 1 }),
    );
    expect(byName.HostedZones?.[0]?.Id).toBe(`/hostedzone/${id}`);
  });

  rule(
    'a zone that is not there is NoSuchHostedZone, to be looked at, listed and changed',
    async (aws) => {
      const missing = { name: 'NoSuchHostedZone' };
      await expect(
        aws.route53.send(new GetHostedZoneCommand({ Id: 'ZNONE' })),
      ).rejects.toMatchObject(missing);
      await expect(records(aws, 'ZNONE')).rejects.toMatchObject(missing);
      await expect(change(aws, 'ZNONE', create(a('new.example.com.')))).rejects.toMatchObject(
        missing,
      );
    },
  );

  rule('lists of zones come in pages that neither repeat nor lose one', async (aws) => {
    const made = [await aws.newZone(), await aws.newZone(), await aws.newZone()];
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    for (let page = 0; page < 100; page += 1) {
      const answer = await aws.route53.send(new ListHostedZonesCommand({ Marker, MaxItems: 2 }));
      seen.push(...(answer.HostedZones ?? []).map(({ Id }) => Id?.replace('/hostedzone/', '')));
      expect(answer.HostedZones?.length).toBeLessThanOrEqual(2);
      if (answer.IsTruncated !== true) break;
      Marker = answer.NextMarker;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
  });
}
