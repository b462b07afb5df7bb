// dns.update: record sets written, deleted, or released by their external-dns owner, in one change batch: all or
// nothing. What was there before is recorded first, whole, and is put back by undo, but never over what somebody else has
// written there since.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineAction, listSome } from '../../engine/index.ts';
import type { Change, Planned, ReadContext, WriteContext } from '../../engine/index.ts';
import type { DnsChange, DnsRecordSet, DrPorts, ZoneReader } from '../ports.ts';
import { waitInSync } from './support/in-sync.ts';
import { mayFollowChange, mayOnZone } from './support/permissions.ts';
import { namingOf, namingParams, recordKey, zoneParams } from './support/params.ts';
import { byKey, neededChange, readRecords, shownFields } from './support/record-sets.ts';
import { releasedRecords } from './support/release.ts';
import {
  changeIdKey,
  foreignRecords,
  recordedChangeId,
  recordedChanges,
  undoneChanges,
  undoEntriesFor,
} from './support/update-record.ts';

const params = Type.Object(
  {
    ...zoneParams,
    changes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            action: Type.Enum(['UPSERT', 'DELETE']),
            name: Type.String({ minLength: 1 }),
            type: Type.String({ description: 'A, AAAA, CNAME, TXT, …', pattern: '^[A-Z]+$' }),
            ttl: Type.Optional(Type.Integer({ description: 'Seconds', minimum: 0, default: 300 })),
            values: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
            alias: Type.Optional(
              Type.Object(
                {
                  zoneId: Type.String({ description: 'Hosted zone id of the alias target' }),
                  name: Type.String(),
                  evaluateTargetHealth: Type.Optional(Type.Boolean({ default: false })),
                },
                { additionalProperties: false },
              ),
            ),
          },
          { additionalProperties: false },
        ),
        { description: 'Record sets to write or delete; UPSERT needs values or alias' },
      ),
    ),
    release: Type.Optional(
      Type.Object(
        {
          hostnames: Type.Array(Type.String(), { description: 'Whose records shall go' }),
          owner: Type.String({
            description: 'Only what external-dns with this --txt-owner-id owns',
            minLength: 1,
          }),
          ...namingParams,
        },
        {
          additionalProperties: false,
          description:
            'Delete the address records of these hostnames that this owner holds, and its ownership records',
        },
      ),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  changeId: Type.Union([Type.String(), Type.Null()], {
    description: 'null: nothing had to be changed',
  }),
  changes: Type.Array(
    Type.Object({ action: Type.String(), name: Type.String(), type: Type.String() }),
  ),
});

type Params = Static<typeof params>;
type Outputs = Static<typeof outputs>;

export const dnsUpdate = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'dns.update',
  version: 1,
  effect: 'change',
  summary: 'Changes record sets of a Route53 zone in one batch, and waits until they are in sync',
  examples: [
    {
      id: 'release-names',
      action: 'dns.update',
      with: {
        target: 'aws',
        zone: 'Z0123456789',
        release: { hostnames: ['api.prod.example.com'], owner: 'mgmt-1' },
      },
    },
    {
      id: 'point-to-standby',
      action: 'dns.update',
      with: {
        target: 'aws',
        zone: 'Z0123456789',
        changes: [
          {
            action: 'UPSERT',
            name: 'www.example.com',
            type: 'CNAME',
            ttl: 60,
            values: ['standby.example.com'],
          },
        ],
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: [
      ...mayOnZone(wanted, 'route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'),
      ...mayFollowChange(wanted.target),
    ],
  }),
  plan,
  apply,
  probe: async (wanted, ctx) => {
    const done = recordedChanges(ctx.undoEntries);
    const dns = await ctx.readers.dns(wanted.target);
    const { changes, present } = await lookAt(dns, wanted, ctx);
    const foreign = foreignRecords(ctx.undoEntries, present);
    if (foreign.length > 0) {
      const because = `somebody else has written these records since: ${listSome(foreign)}`;
      return { found: 'unclear', because };
    }
    return done === undefined || changes.length > 0
      ? { found: 'not-done' }
      : {
          found: 'done',
          outputs: {
            changeId: recordedChangeId(ctx.undoEntries),
            changes: done.map(shownChange),
          },
        };
  },
  undo: {
    possible: true,
    run: async ({ params: { target, zone }, entries }, ctx) => {
      const dns = await ctx.clients.dns(target);
      const changes = undoneChanges(entries, await readRecords(dns, zone, ctx));
      if (changes.length === 0) return;
      const comment = `drctl undo ${ctx.token}`;
      const { changeId } = await dns.change(zone, changes, { comment, signal: ctx.signal });
      await waitInSync(dns, changeId, ctx);
    },
  },
});

async function plan(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Planned<Outputs>> {
  const dns = await ctx.readers.dns(wanted.target);
  const { changes, present, kept } = await lookAt(dns, wanted, ctx);
  const observed = changes.map(({ record }) => ({
    object: `${wanted.target}: ${record.type} ${record.name}`,
    fields: shownFields(present.get(recordKey(record)), undefined).map((field) => ({ ...field })),
  }));
  if (changes.length === 0) {
    return {
      changes: [{ kind: 'none', because: 'the record sets are as wanted' }],
      outputs: { changeId: null, changes: [] },
      notes: kept,
    };
  }
  return {
    changes: changes.map((change) => plannedChange(wanted.target, change, present)),
    observed,
    notes: kept,
  };
}

function plannedChange(
  target: string,
  { action, record }: DnsChange,
  present: ReadonlyMap<string, DnsRecordSet>,
): Change {
  const before = present.get(recordKey(record));
  const after = action === 'DELETE' ? undefined : record;
  const replacing = before === undefined ? 'create' : 'update';
  return {
    kind: after === undefined ? 'delete' : replacing,
    on: { target, object: `${record.type} ${record.name}` },
    fields: shownFields(before, after),
    risk: before === undefined ? 'safe' : 'disruptive',
  };
}

async function apply(wanted: Params, ctx: WriteContext<DrPorts>): Promise<Outputs> {
  const dns = await ctx.clients.dns(wanted.target);
  const { changes, present } = await lookAt(dns, wanted, ctx);
  if (changes.length === 0) {
    const changeId = recordedChangeId(ctx.undoEntries);
    if (changeId !== null) await waitInSync(dns, changeId, ctx);
    return {
      changeId,
      changes: (recordedChanges(ctx.undoEntries) ?? []).map(shownChange),
    };
  }
  await ctx.recordUndo(undoEntriesFor(changes, present));
  const { changeId } = await dns.change(wanted.zone, changes, {
    comment: `drctl ${ctx.token}`,
    signal: ctx.signal,
  });
  await ctx.recordUndo({ [changeIdKey]: changeId });
  await waitInSync(dns, changeId, ctx);
  return { changeId, changes: changes.map(shownChange) };
}

function shownChange({ action, record: { name, type } }: DnsChange) {
  return { action, name, type };
}

interface Look {
  readonly present: ReadonlyMap<string, DnsRecordSet>;
  readonly changes: readonly DnsChange[];
  readonly kept: readonly string[];
}

async function lookAt(dns: ZoneReader, wanted: Params, ctx: ReadContext<DrPorts>): Promise<Look> {
  if (wanted.changes === undefined && wanted.release === undefined) {
    throw new DrctlError('PARAMS_INVALID', 'dns.update needs "changes", "release" or both');
  }
  const records = await readRecords(dns, wanted.zone, ctx);
  const present = byKey(records);
  const released =
    wanted.release === undefined
      ? { records: [], kept: [] }
      : releasedRecords(records, { ...wanted.release, naming: namingOf(wanted.release) });
  const changes = [
    ...released.records.map((record): DnsChange => ({ action: 'DELETE', record })),
    ...(wanted.changes ?? []).flatMap((change) => neededChange(change, present)),
  ];
  // A record that is released and deleted by name as well is deleted once.
  const unique = new Map(changes.map((change) => [recordKey(change.record), change]));
  return { present, changes: [...unique.values()], kept: released.kept };
}
