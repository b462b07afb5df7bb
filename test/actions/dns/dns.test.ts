import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dnsAssert } from '../../../src/actions/dns/assert.ts';
import { dnsUpdate } from '../../../src/actions/dns/update.ts';
import { dnsWait } from '../../../src/actions/dns/wait.ts';
import { verdictOn } from '../../../src/actions/dns/support/wait-verdict.ts';
import type { WaitGoal } from '../../../src/actions/dns/support/wait-verdict.ts';
import type { DnsRecordSet } from '../../../src/actions/ports.ts';
import { applyAction, planAction, undoAction } from '../../fakes/carry-out.ts';
import { cloudWorld } from '../../fakes/cloud-world.ts';
import { StepMemory } from '../../fakes/contexts.ts';
import { aliasRecord, txtOwner } from '../../fakes/zone-fake.ts';

const zone = { target: 'aws', zone: 'Z1' };
const host = 'api.prod.example.com';
const text = 'api-external-dns.prod.example.com';
const ours = [aliasRecord(host, 'lb-1.amazonaws.com'), txtOwner(text, 'mgmt-1', 'route/api')];

function published(records = ours) {
  const cloud = cloudWorld();
  cloud.zones.addZone('Z1', 'example.com', records);
  return cloud;
}

test('undo never writes over what another owner has published since', async () => {
  const { world, zones } = published();
  const release = { ...zone, release: { hostnames: [host], owner: 'mgmt-1' } };
  const memory = new StepMemory();
  await applyAction(world, dnsUpdate, release, { memory });
  const theirs = [aliasRecord(host, 'lb-2.amazonaws.com'), txtOwner(text, 'mgmt-2', 'route/api')];
  zones.addZone('Z1', 'example.com', theirs);
  const before = zones.state();
  await expect(undoAction(world, dnsUpdate, release, memory)).rejects.toMatchObject({
    code: 'CLIENT_CONFLICT',
  });
  expect(zones.state()).toEqual(before);
});

test('undo puts back routed and aliased record sets whole', async () => {
  const routed = [
    { ...aliasRecord(host, 'lb-1.amazonaws.com'), setIdentifier: 'eu', routing: { Weight: 5 } },
    { ...txtOwner(text, 'mgmt-1', 'route/api'), setIdentifier: 'eu', routing: { Weight: 5 } },
  ];
  const { world, zones } = published(routed);
  const release = { ...zone, release: { hostnames: [host], owner: 'mgmt-1' } };
  const memory = new StepMemory();
  const before = zones.state();
  await applyAction(world, dnsUpdate, release, { memory });
  expect(zones.state()).toEqual([['Z1', []]]);
  await undoAction(world, dnsUpdate, release, memory);
  expect(zones.state()).toEqual(before);
});

test('a plan shows each record set with what it leads to, and that names go away', async () => {
  const { world } = published();
  const { changes } = await planAction(world, dnsUpdate, {
    ...zone,
    changes: [{ action: 'UPSERT', name: host, type: 'A', ttl: 60, values: ['192.0.2.1'] }],
  });
  expect(changes).toEqual([
    {
      kind: 'update',
      on: { target: 'aws', object: `A ${host}` },
      fields: [
        { path: 'alias', before: 'lb-1.amazonaws.com' },
        { path: 'values', after: ['192.0.2.1'] },
        { path: 'ttl', after: 60 },
      ],
      risk: 'disruptive',
    },
  ]);
});

test('a change without anything to change, or with half a record, is refused', async () => {
  const { world } = published();
  for (const wrong of [{}, { changes: [{ action: 'UPSERT', name: host, type: 'A' }] }]) {
    await expect(applyAction(world, dnsUpdate, { ...zone, ...wrong })).rejects.toMatchObject({
      code: 'PARAMS_INVALID',
    });
  }
});

test('a change is waited for until it is in sync', async () => {
  const { world, zones } = published();
  zones.pendingLooks = 3;
  await applyAction(world, dnsUpdate, {
    ...zone,
    changes: [{ action: 'DELETE', name: host, type: 'A' }],
  });
  expect(zones.pendingLooks).toBeLessThan(0);
});

test('dns.wait goes on until the names are as wanted, also over a passing failure', async () => {
  const { world, zones } = published();
  let looks = 0;
  world.faults.cutCall(2, 'before');
  const outputs = await applyAction(
    world,
    dnsWait,
    { ...zone, names: [host], until: 'absent' },
    {
      onReport: () => {
        looks += 1;
        if (looks === 3) zones.addZone('Z1', 'example.com');
      },
    },
  );
  expect(outputs).toEqual({ records: [] });
});

test('waits that go on side by side look at their zone together, one look every 250 ms', async () => {
  const { world, zones } = published();
  const reader = zones.reader();
  Object.assign(world.readers, { dns: () => Promise.resolve(reader) });
  let nowMs = 0;
  const clock = {
    monotonicMs: () => nowMs,
    sleep: async (ms: number) => {
      await tick();
      nowMs += ms;
    },
  };
  const lookedMs: number[] = [];
  const records = zones.records.bind(zones);
  zones.records = (id) => {
    lookedMs.push(nowMs);
    if (lookedMs.length === 5) zones.addZone('Z1', 'example.com');
    return records(id);
  };
  const params = { ...zone, names: [host], until: 'absent' };
  await Promise.all(['a', 'b', 'c'].map(() => applyAction(world, dnsWait, params, { clock })));
  expect(lookedMs).toEqual([0, 250, 500, 750, 1_000]);
});

test.each<[string, readonly DnsRecordSet[], Omit<WaitGoal, 'names'>, boolean]>([
  ['a free name is absent', [], { until: 'absent' }, true],
  [
    'an ownership record alone keeps a name from being absent',
    ours.slice(1),
    { until: 'absent' },
    false,
  ],
  ['unless ownership does not count', ours.slice(1), { until: 'absent', owners: false }, true],
  [
    'what another owner holds does not keep ours from being absent',
    ours,
    { until: 'absent', owner: 'mgmt-2' },
    true,
  ],
  ['a published name is present', ours, { until: 'present' }, true],
  ['records of the owner are ours', ours, { until: 'ours', owner: 'mgmt-1' }, true],
  ['those of another are not', ours, { until: 'ours', owner: 'mgmt-2' }, false],
  ['where nothing is, nothing is foreign', [], { until: 'ours', owner: 'mgmt-1' }, true],
  [
    'a record without an owner is foreign',
    [aliasRecord(host, 'lb')],
    { until: 'ours', owner: 'mgmt-1' },
    false,
  ],
  ['but not with another owner', ours, { until: 'present', owner: 'mgmt-2' }, false],
  [
    'an alias target counts without dualstack and case',
    ours,
    { until: 'value', aliasName: 'dualstack.LB-1.amazonaws.com.' },
    true,
  ],
  [
    'another alias target does not',
    ours,
    { until: 'value', aliasName: 'lb-2.amazonaws.com' },
    false,
  ],
  [
    'values count in any order',
    [{ name: host, type: 'A', values: ['192.0.2.2', '192.0.2.1'] }],
    { until: 'value', values: ['192.0.2.1', '192.0.2.2'] },
    true,
  ],
  ['a neighbour’s name is not ours', [aliasRecord(`x.${host}`, 'lb')], { until: 'present' }, false],
])('dns.wait: %s', (_, records, goal, holds) => {
  expect(verdictOn(records, { names: [host], ...goal }).holds).toBe(holds);
});

test('dns.assert: a zone covers its own name and what lies below it, not what ends alike', async () => {
  const { world } = cloudWorld();
  const covers = (...names: readonly string[]) =>
    applyAction(world, dnsAssert, { ...zone, covers: names });
  await expect(covers('example.com', 'a.b.Example.com.')).resolves.toEqual({
    zone: 'Z1',
    name: 'example.com',
    private: false,
  });
  await expect(covers('notexample.com')).rejects.toMatchObject({ code: 'ASSERTION_FAILED' });
  await expect(applyAction(world, dnsAssert, { ...zone, private: true })).rejects.toThrow(
    'it is not private',
  );
  await expect(applyAction(world, dnsAssert, { ...zone, zone: 'ZABSENT' })).rejects.toThrow(
    'There is no Route53 zone "ZABSENT"',
  );
});

test('dns.assert tells at once how names are, and does not fail the planning of what is yet to come', async () => {
  const { world } = published();
  const names = (owner: string) => ({
    ...zone,
    records: { names: [host], until: 'present', owner },
  });
  await expect(applyAction(world, dnsAssert, names('mgmt-1'))).resolves.toMatchObject({
    zone: 'Z1',
  });
  await expect(applyAction(world, dnsAssert, names('mgmt-2'))).rejects.toThrow(
    `${host} belongs to mgmt-1, not to mgmt-2`,
  );
  const { notes } = await planAction(world, dnsAssert, names('mgmt-2'));
  expect(notes?.[0]).toContain('Does not hold now');
});
