// dns.wait: waits until names are free, published, or lead where they must, as Route53 itself has them: caches of
// resolvers play no part. Ownership records count where they decide who may write the names next.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import {
  DrctlError,
  Duration,
  defineReadAction,
  listSome,
  parseDuration,
} from '../../engine/index.ts';
import type { Planned, ReadContext } from '../../engine/index.ts';
import type { DrPorts, ZoneReader } from '../ports.ts';
import { waitInSync } from './support/in-sync.ts';
import { listedInTurn } from './support/pace.ts';
import { mayFollowChange, mayOnZone } from './support/permissions.ts';
import { zoneParams } from './support/params.ts';
import { readRecords } from './support/record-sets.ts';
import { goalParams, verdictOn } from './support/wait-verdict.ts';
import type { Verdict } from './support/wait-verdict.ts';

const params = Type.Object(
  {
    ...zoneParams,
    ...goalParams,
    changeId: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'First wait until this change is INSYNC',
      }),
    ),
    interval: Type.Optional(
      Duration({
        description:
          'Time between two looks at the zone; left out: as often as Route53’s quota allows, four looks a second for all waits together',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  records: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      values: Type.Array(Type.String()),
      aliasName: Type.Optional(Type.String()),
    }),
    { description: 'The address records of the names, as they were last seen' },
  ),
});

type Params = Static<typeof params>;
type Outputs = Static<typeof outputs>;

export const dnsWait = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 'dns.wait',
  version: 1,
  summary: 'Waits until names in a Route53 zone are gone, there, or lead where they must',
  examples: [
    {
      id: 'names-released',
      action: 'dns.wait',
      with: {
        target: 'aws',
        zone: 'Z0123456789',
        names: ['api.prod.example.com'],
        until: 'absent',
      },
      timeout: '15m',
    },
  ],
  params,
  outputs,
  permissions: (wanted) => ({
    carryOut: [
      ...mayOnZone(wanted, 'route53:ListResourceRecordSets'),
      ...(wanted.changeId === undefined ? [] : mayFollowChange(wanted.target)),
    ],
  }),
  read,
  // Planning never waits: it says whether it holds now.
  plan: async (wanted, ctx): Promise<Planned<Outputs>> => {
    const dns = await ctx.readers.dns(wanted.target);
    const verdict = verdictOn(await readRecords(dns, wanted.zone, ctx), wanted);
    return verdict.holds
      ? { changes: [{ kind: 'none', because: 'holds now' }] }
      : {
          changes: [{ kind: 'none', because: 'will be waited for' }],
          notes: [`Does not hold now: ${verdict.seen}`],
        };
  },
});

/** The step's timeout ends a wait long before; this ends a loop that nothing else would. */
const maxLooks = 1_000_000;
/** Looks in a row that may fail because the server is busy or away: about ten minutes of them. */
const maxFailures = 35;
const pauseAfterFailureMs = 1_000;

async function read(wanted: Params, ctx: ReadContext<DrPorts>): Promise<Outputs> {
  const dns = await ctx.readers.dns(wanted.target);
  const { changeId } = wanted;
  if (typeof changeId === 'string') {
    await ctx.waiting('Route53 to have the change', async () => waitInSync(dns, changeId, ctx));
  }
  const goal = `${listSome(wanted.names)} to be ${wanted.until}`;
  return ctx.waiting(goal, async () => lookUntil(dns, wanted, ctx));
}

async function lookUntil(
  dns: ZoneReader,
  wanted: Params,
  ctx: ReadContext<DrPorts>,
): Promise<Outputs> {
  let failures = 0;
  for (let look = 0; look < maxLooks; look += 1) {
    try {
      const verdict = verdictOn(await listedInTurn(dns, wanted.zone, ctx), wanted);
      failures = 0;
      if (verdict.holds) return { records: verdict.addresses.map(shownRecord) };
      ctx.report({ message: verdict.seen });
    } catch (error) {
      failures += 1;
      const isPassing = error instanceof DrctlError && error.retryable;
      if (!isPassing || failures > maxFailures) throw error;
      ctx.report({ message: error.message });
      await ctx.sleep(error.retryAfterMs ?? failures * pauseAfterFailureMs);
    }
    if (wanted.interval !== undefined) await ctx.sleep(parseDuration(wanted.interval));
  }
  throw new DrctlError('STEP_TIMEOUT', `${listSome(wanted.names)}: not ${wanted.until}`);
}

function shownRecord({ name, type, values, alias }: Verdict['addresses'][number]) {
  return { name, type, values: [...values], ...(alias !== undefined && { aliasName: alias.name }) };
}
