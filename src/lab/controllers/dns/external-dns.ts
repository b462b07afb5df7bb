// external-dns of one management cluster: while its Deployment has a ready pod, it syncs the zone on an interval, with the
// settings of its own arguments.

import { kinds } from '../../cluster/kinds.ts';
import { listAt } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import { OPERATOR_NAMESPACE } from '../../world/settings.ts';
import type { World } from '../../world/world.ts';
import { hasReadyPod } from '../hypershift/operator.ts';
import { endpointsOf, planRecords, settingsFromArgs } from './desired-records.ts';

export async function syncRecords(world: World, side: Side): Promise<void> {
  if (!hasReadyPod(side, OPERATOR_NAMESPACE, 'external-dns')) return;
  const deployment = side.get(kinds.deployment, OPERATOR_NAMESPACE, 'external-dns');
  const container = listAt(deployment, 'spec', 'template', 'spec', 'containers')[0];
  const settings = settingsFromArgs(listAt(container, 'args').map(String));
  if (settings === undefined) return;
  const wanted = endpointsOf(side.all(kinds.route), side.all(kinds.service), settings.domains);
  const changes = planRecords(wanted, await world.publicZone.records(), settings);
  if (changes.length > 0) await world.publicZone.change(changes);
}
