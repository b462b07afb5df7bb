// The private link of a Private hosted cluster: its name in the private zone follows whichever side reconciles last. A
// source that is not paused therefore pulls the nodes back to itself.

import { kinds } from '../../cluster/kinds.ts';
import { listAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import type { World } from '../../world/world.ts';
import { hasReadyPod, namespaceOf } from '../hypershift/operator.ts';
import { pauseOf } from '../hypershift/pause.ts';
import { isPrivate } from '../hypershift/publishing.ts';
import { HCP_NAMESPACE, PRIVATE_DOMAIN } from '../../world/settings.ts';

export async function reconcilePrivateLink(world: World, side: Side): Promise<void> {
  const controlPlane = side.all(kinds.hostedControlPlane, HCP_NAMESPACE)[0];
  if (controlPlane === undefined || !isPrivate(controlPlane) || !isServed(side, controlPlane))
    return;
  const router = side.get(kinds.service, HCP_NAMESPACE, 'router');
  const target = textAt(listAt(router, 'status', 'loadBalancer', 'ingress')[0], 'hostname');
  if (target === undefined) return;
  const name = `api.${PRIVATE_DOMAIN}`;
  const known = (await world.privateZone.records()).find(
    (record) => record.name === name && record.type === 'CNAME',
  );
  if (known?.values[0] === target) return;
  await world.privateZone.change([
    { action: 'UPSERT', record: { name, type: 'CNAME', ttl: 300, values: [target] } },
  ]);
}

function isServed(side: Side, controlPlane: KubeObject): boolean {
  return (
    hasReadyPod(side, namespaceOf(controlPlane), 'control-plane-operator') &&
    !pauseOf(textAt(controlPlane, 'spec', 'pausedUntil'), Date.now()).paused
  );
}
