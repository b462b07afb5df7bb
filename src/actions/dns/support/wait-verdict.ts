// How names can be wanted, and whether they are so, judged on a whole list of records. Pure.

import { Type } from 'typebox';
import type { Static, TObject } from 'typebox';
import type { DnsRecordSet } from '../../ports.ts';
import { ownersOf, ownersOfRecord } from './ownership.ts';
import type { OwnerRecord } from './ownership.ts';
import { canonicalName, isAddress, namingOf, namingParams } from './params.ts';

export const goalParams = {
  names: Type.Array(Type.String(), { description: 'Hostnames', minItems: 1 }),
  until: Type.Enum(['absent', 'present', 'value', 'ours'], {
    description:
      'No address record is left; every name has one; every name has this value; what records there are belong to `owner`',
  }),
  owners: Type.Optional(
    Type.Boolean({
      description:
        'Count the TXT ownership records of the names too; default true for absent, else false',
    }),
  ),
  owner: Type.Optional(
    Type.String({
      description:
        'external-dns --txt-owner-id: absent counts only what it owns, the others want it as the owner',
    }),
  ),
  values: Type.Optional(
    Type.Array(Type.String(), { description: 'For value: the record’s values, in any order' }),
  ),
  aliasName: Type.Optional(Type.String({ description: 'For value: the alias target' })),
  ...namingParams,
};

export type WaitGoal = Static<TObject<typeof goalParams>>;

export interface Verdict {
  readonly holds: boolean;
  /** What does not hold, for people. */
  readonly seen: string;
  readonly addresses: readonly DnsRecordSet[];
}

export function verdictOn(records: readonly DnsRecordSet[], goal: WaitGoal): Verdict {
  const names = [...new Set(goal.names.map(canonicalName))];
  const hosts = names.map((name) => ({
    name,
    addresses: records.filter((record) => record.name === name && isAddress(record)),
    owners: ownersOf(name, records, namingOf(goal)),
  }));
  const faults = hosts.flatMap((host) => faultsOf(host, goal));
  return {
    holds: faults.length === 0,
    seen: faults.join('; '),
    addresses: hosts.flatMap(({ addresses }) => addresses),
  };
}

interface Host {
  readonly name: string;
  readonly addresses: readonly DnsRecordSet[];
  readonly owners: readonly OwnerRecord[];
}

function faultsOf(host: Host, goal: WaitGoal): readonly string[] {
  if (goal.until === 'absent') return leftOf(host, goal);
  return goal.until === 'ours' ? foreignOf(host, goal) : missingOf(host, goal);
}

/** A record without an owner is foreign too: external-dns never changes it. */
function foreignOf({ name, addresses, owners }: Host, { owner }: WaitGoal): readonly string[] {
  const others = new Set(owners.map((one) => one.owner).filter((one) => one !== owner));
  const unowned = addresses.filter((record) => ownersOfRecord(record, owners).length === 0);
  return [
    ...[...others].map((one) => `${name} belongs to ${one}, not to ${owner ?? 'nobody'}`),
    ...unowned.map(({ type }) => `${type} ${name} has no ownership record`),
  ];
}

function leftOf({ name, addresses, owners }: Host, goal: WaitGoal): readonly string[] {
  const isCounted = ({ owner }: OwnerRecord): boolean =>
    goal.owner === undefined || owner === goal.owner;
  const left = addresses.filter((record) => {
    const stated = ownersOfRecord(record, owners);
    // A record of unknown owner counts: it would keep the next one from writing the name.
    return stated.length === 0 || stated.some(isCounted);
  });
  const texts = goal.owners === false ? [] : owners.filter(isCounted);
  return [
    ...left.map(({ type }) => `${type} ${name} is still there`),
    ...texts.map(({ record, owner }) => `TXT ${record.name} of owner ${owner} is still there`),
  ];
}

function missingOf({ name, addresses, owners }: Host, goal: WaitGoal): readonly string[] {
  if (addresses.length === 0) return [`${name} is not there yet`];
  const faults: string[] = [];
  if (goal.until === 'value' && !addresses.some((record) => leadsThere(record, goal))) {
    const now = addresses.map(({ values, alias }) => alias?.name ?? values.join(', '));
    faults.push(`${name} leads to ${now.join(' and ')}`);
  }
  if (goal.owner !== undefined && !owners.some(({ owner }) => owner === goal.owner)) {
    const now = [...new Set(owners.map(({ owner }) => owner))].join(', ');
    faults.push(`${name} belongs to ${now === '' ? 'nobody' : now}, not to ${goal.owner}`);
  }
  if (goal.owners === true && owners.length === 0) faults.push(`${name} has no ownership record`);
  return faults;
}

function leadsThere({ values, alias }: DnsRecordSet, goal: WaitGoal): boolean {
  if (goal.aliasName !== undefined) {
    return alias !== undefined && aliasTarget(alias.name) === aliasTarget(goal.aliasName);
  }
  const wanted = (goal.values ?? []).toSorted();
  return alias === undefined && JSON.stringify(values.toSorted()) === JSON.stringify(wanted);
}

/** Clients of load balancers put "dualstack." before the same target. */
function aliasTarget(name: string): string {
  return canonicalName(name).replace(/^dualstack\./, '');
}
