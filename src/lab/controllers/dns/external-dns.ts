// external-dns of one management cluster: while its Deployment has a ready pod, it syncs the zone on an interval, with the
// settings of its own arguments.

import { setTimeout as sleep } from 'node:timers/promises';
import { kinds } from '../../cluster/kinds.ts';
import { listAt } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import { OPERATOR_NAMESPACE } from '../../world/settings.ts';
import type { World } from '../../world/world.ts';
import { hasReadyPod } from '../hypershift/operator.ts';
import { podsOf } from '../workloads/deployments.ts';
import { isReady, isTerminating } from '../workloads/pods.ts';
import { endpointsOf, planRecords, settingsFromArgs } from './desired-records.ts';

/** While no pod of it is ready it does nothing; a new pod looks at once, as a process that starts does. */
export function createExternalDns(world: World, side: Side): { reconcile(): Promise<void> } {
  let pods = '';
  let dueAt = 0;
  return {
    async reconcile() {
      const ready = readyPods(side);
      if (ready === '') return;
      const isNew = ready !== pods;
      pods = ready;
      if (!isNew && Date.now() < dueAt) return;
      dueAt = Date.now() + world.intervals().externalDnsSync;
      await syncRecords(world, side);
    },
  };
}

function readyPods(side: Side): string {
  const deployment = side.get(kinds.deployment, OPERATOR_NAMESPACE, 'external-dns');
  if (deployment === undefined || !hasReadyPod(side, OPERATOR_NAMESPACE, 'external-dns')) return '';
  const pods = podsOf(side, deployment).filter((pod) => isReady(pod) && !isTerminating(pod));
  return pods
    .map((pod) => pod.metadata.uid ?? '')
    .toSorted()
    .join();
}

async function syncRecords(world: World, side: Side): Promise<void> {
  const deployment = side.get(kinds.deployment, OPERATOR_NAMESPACE, 'external-dns');
  const container = listAt(deployment, 'spec', 'template', 'spec', 'containers')[0];
  const settings = settingsFromArgs(listAt(container, 'args').map(String));
  if (settings === undefined) return;
  const wanted = endpointsOf(side.all(kinds.route), side.all(kinds.service), settings.domains);
  const changes = planRecords(wanted, await world.publicZone.records(), settings);
  if (changes.length === 0) return;
  await sleep(world.intervals().externalDnsBatch, undefined, { signal: world.signal });
  if (!world.failed.has(side.name)) await world.publicZone.change(changes);
}
