// dns.assert: what must be true of a Route53 zone, and of names in it, right now. As a guard it answers at once, where
// dns.wait would wait.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, defineReadAction } from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import { planAssertion } from '../plan-assertion.ts';
import type { DrPorts } from '../ports.ts';
import { readRecords } from './support/record-sets.ts';
import { mayOnZone } from './support/permissions.ts';
import { canonicalName, zoneParams } from './support/params.ts';
import { goalParams, verdictOn } from './support/wait-verdict.ts';

const params = Type.Object(
  {
    ...zoneParams,
    covers: Type.Optional(
      Type.Array(Type.String(), { description: 'Names that must lie in the zone' }),
    ),
    private: Type.Optional(
      Type.Boolean({ description: 'The zone must be private, or must not be' }),
    ),
    records: Type.Optional(
      Type.Object(goalParams, {
        additionalProperties: false,
        description: 'How names in the zone must be now',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  zone: Type.String(),
  name: Type.String({ description: 'The zone’s domain, without the final dot' }),
  private: Type.Boolean(),
});

export const dnsAssert = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'dns.assert',
  version: 1,
  summary: 'Fails unless a Route53 zone exists and covers the names',
  examples: [
    {
      id: 'zone-covers-domain',
      action: 'dns.assert',
      with: { target: 'aws', zone: 'Z0123456789', covers: ['prod.example.com'] },
    },
    {
      id: 'names-are-ours',
      action: 'dns.assert',
      with: {
        target: 'aws',
        zone: 'Z0123456789',
        records: { names: ['api.prod.example.com'], until: 'present', owner: 'mgmt-2' },
      },
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: mayOnZone(
      wanted,
      'route53:GetHostedZone',
      ...(wanted.records === undefined ? [] : ['route53:ListResourceRecordSets']),
    ),
  }),
  read,
  // Names may be published by what an earlier step starts.
  plan: (wanted, ctx) => planAssertion(() => read(wanted, ctx)),
});

async function read(
  wanted: Static<typeof params>,
  ctx: ReadContext<DrPorts>,
): Promise<Static<typeof outputs>> {
  const dns = await ctx.readers.dns(wanted.target);
  const zone = await dns.zone(wanted.zone, ctx.signal);
  if (zone === undefined) {
    throw new DrctlError('ASSERTION_FAILED', `There is no Route53 zone "${wanted.zone}"`);
  }
  const faults = (wanted.covers ?? [])
    .map(canonicalName)
    .filter((name) => name !== zone.name && !name.endsWith(`.${zone.name}`))
    .map((name) => `it does not cover ${name}`);
  if (wanted.private !== undefined && wanted.private !== zone.private) {
    faults.push(zone.private ? 'it is private' : 'it is not private');
  }
  if (wanted.records !== undefined) {
    const { holds, seen } = verdictOn(await readRecords(dns, wanted.zone, ctx), wanted.records);
    if (!holds) faults.push(seen);
  }
  if (faults.length > 0) {
    throw new DrctlError(
      'ASSERTION_FAILED',
      `Zone "${wanted.zone}" (${zone.name}): ${faults.join('; ')}`,
    );
  }
  return { zone: wanted.zone, name: zone.name, private: zone.private };
}
