// Checks of AWS: who owns the names, where they lead, the OIDC documents, the instances.

import { ownerOf } from '../controllers/dns/desired-records.ts';
import { sideOfBalancer } from '../controllers/dns/load-balancers.ts';
import { hasObject, oidcKeys } from '../controllers/hypershift/oidc.ts';
import { lookUpApi } from '../hosted/front-door.ts';
import type { CheckEntry } from '../lab-types.ts';
import { hostnamesOf } from '../seed/hosted-clusters.ts';
import { HC_NAME, INFRA_ID, OWNER_IDS } from '../world/settings.ts';
import type { World } from '../world/world.ts';
import type { CheckInput } from './check-world.ts';
import { entry } from './side-checks.ts';

const SUFFIX = '-external-dns';

export async function dnsChecks(input: CheckInput): Promise<readonly CheckEntry[]> {
  const { world, expect } = input;
  const wanted = expect === 'unchanged' ? 'source' : 'destination';
  const leadsTo = (await lookUpApi(world)) ?? 'nowhere';
  const name = entry('api-name', leadsTo === wanted, `leads to the ${leadsTo}`);
  if (world.settings.endpointAccess === 'Private') return [name];
  const records = await world.publicZone.records();
  const wrong = Object.values(hostnamesOf(HC_NAME)).flatMap((hostname) => {
    const owner = ownerOf(records, hostname, SUFFIX);
    const target = records.find(
      (record) => record.name === hostname && record.type === 'A',
    )?.aliasTo;
    const side = target === undefined ? undefined : sideOfBalancer(target);
    return owner === OWNER_IDS[wanted] && side === wanted
      ? []
      : [`${hostname}: owner ${owner ?? 'nobody'}, leads to ${side ?? 'nowhere'}`];
  });
  return [
    name,
    entry(
      'dns-owner',
      wrong.length === 0,
      wrong.length === 0 ? `every name belongs to the ${wanted}` : wrong.join('; '),
    ),
  ];
}

export async function awsChecks(world: World): Promise<readonly CheckEntry[]> {
  const missing: string[] = [];
  for (const key of oidcKeys(INFRA_ID)) if (!(await hasObject(world, key))) missing.push(key);
  const instances = world.instances.all();
  const terminated = instances.filter((instance) => instance.state === 'terminated');
  return [
    entry(
      'oidc-documents',
      missing.length === 0,
      missing.length === 0 ? 'in their bucket' : `missing: ${missing.join(', ')}`,
    ),
    entry(
      'instances-running',
      terminated.length === 0,
      terminated.length === 0
        ? `${instances.length} instances run`
        : `terminated: ${terminated.map((instance) => instance.id).join(', ')}`,
    ),
  ];
}
