// The cloud's side of Services of type LoadBalancer: a hostname that leads to one management cluster and one namespace.

import { kinds } from '../../cluster/kinds.ts';
import { listAt, textAt, type KubeObject } from '../../cluster/objects.ts';
import type { Side, SideName } from '../../cluster/side.ts';
import { REGION } from '../../world/settings.ts';
import { shortHash } from '../hypershift/cluster-objects.ts';
import { sideNames, type WorldCore } from '../../world/world.ts';

export function balancerHostname(side: SideName, service: KubeObject): string {
  const key = `${side}/${service.metadata.namespace ?? ''}/${service.metadata.name}`;
  return `${side}-${shortHash(key)}.elb.${REGION}.amazonaws.com`;
}

/** Whose load balancer a hostname is. */
export function sideOfBalancer(hostname: string): SideName | undefined {
  return sideNames.find((side) => hostname.startsWith(`${side}-`));
}

export function createLoadBalancers(
  world: Pick<WorldCore, 'intervals'>,
  side: Side,
): { reconcile(): Promise<void> } {
  const seenAt = new Map<string, number>();
  return {
    async reconcile() {
      for (const service of side.all(kinds.service)) {
        if (textAt(service, 'spec', 'type') !== 'LoadBalancer') continue;
        if (listAt(service, 'status', 'loadBalancer', 'ingress').length > 0) continue;
        const uid = service.metadata.uid ?? '';
        const since = seenAt.get(uid) ?? Date.now();
        seenAt.set(uid, since);
        if (Date.now() - since < world.intervals().loadBalancer) continue;
        seenAt.delete(uid);
        const ingress = [{ hostname: balancerHostname(side.name, service) }];
        await side.patchStatus(kinds.service, service, { loadBalancer: { ingress } });
      }
    },
  };
}
