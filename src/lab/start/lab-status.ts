// What "drctl lab status" shows.

import { kinds } from '../cluster/kinds.ts';
import { isConditionTrue, numberAt, textAt } from '../cluster/objects.ts';
import type { SideName } from '../cluster/side.ts';
import { ownerOf } from '../controllers/dns/desired-records.ts';
import { isTerminating } from '../controllers/workloads/pods.ts';
import { lookUpApi } from '../hosted/front-door.ts';
import type { LabStatus, SideStatus } from '../lab-types.ts';
import type { Kubelets } from '../nodes/kubelets.ts';
import {
  apiHostname,
  HC_NAME,
  HC_NAMESPACE,
  INFRA_ID,
  OPERATOR_NAMESPACE,
} from '../world/settings.ts';
import type { World } from '../world/world.ts';

export async function labStatus(
  world: World,
  kubelets: Kubelets,
  startedAt: string,
): Promise<LabStatus> {
  const hostname = apiHostname(world.settings.endpointAccess);
  const owner = ownerOf(await world.publicZone.records(), hostname, '-external-dns');
  return {
    pid: process.pid,
    startedAt,
    backend: world.settings.backend,
    aws: world.settings.aws,
    hostedCluster: `${HC_NAMESPACE}/${HC_NAME}`,
    source: sideStatus(world, 'source'),
    destination: sideStatus(world, 'destination'),
    nodes: world.instances.all(INFRA_ID).map((instance) => ({
      name: instance.nodeName,
      instanceId: instance.id,
      instanceState: instance.state,
      connected: kubelets.isConnected(instance.id),
    })),
    dns: {
      apiHostname: hostname,
      leadsTo: (await lookUpApi(world)) ?? 'nowhere',
      ...(owner === undefined ? {} : { owner }),
    },
    violations: world.recorder.all(),
  };
}

function sideStatus(world: World, name: SideName): SideStatus {
  const side = world.sides[name];
  const operator = side.get(kinds.deployment, OPERATOR_NAMESPACE, 'operator');
  return {
    failed: world.failed.has(name),
    operatorReplicas: numberAt(operator, 'spec', 'replicas') ?? 0,
    hostedClusters: side.all(kinds.hostedCluster).map((hostedCluster) => {
      const pausedUntil = textAt(hostedCluster, 'spec', 'pausedUntil');
      return {
        name: hostedCluster.metadata.name,
        available: isConditionTrue(hostedCluster, 'Available'),
        ...(pausedUntil === undefined ? {} : { pausedUntil }),
        deleting: isTerminating(hostedCluster),
      };
    }),
    servesHostedApi: world.planes[name].api.isServing(),
  };
}
