// The worker nodes' kubelets: one for each running EC2 instance. They reach the hosted API only by its name, like real
// ones, trust the authority that they were born with, and register once. What they cannot report, they do not know.

import type { Client } from '../cluster/client.ts';
import { kinds } from '../cluster/kinds.ts';
import { providerIdOf, type Instance } from '../world/instances.ts';
import type { World } from '../world/world.ts';

export class Kubelets {
  private readonly connected = new Map<string, boolean>();
  private readonly registered = new Set<string>();
  private readonly world: World;
  private readonly client: Client;
  private readonly infraId: string;

  constructor(world: World, client: Client, infraId: string) {
    this.world = world;
    this.client = client;
    this.infraId = infraId;
  }

  /** One heartbeat of every node. */
  async report(): Promise<void> {
    const instances = this.world.instances.all(this.infraId);
    await Promise.all(
      instances.map(async (instance) => {
        const isConnected = instance.state === 'running' && (await this.reportNode(instance));
        this.connected.set(instance.id, isConnected);
      }),
    );
  }

  isConnected(instanceId: string): boolean {
    return this.connected.get(instanceId) === true;
  }

  /** Every running instance reports, and none was terminated. */
  allConnected(): boolean {
    const instances = this.world.instances.all(this.infraId);
    return instances.length > 0 && instances.every((instance) => this.isConnected(instance.id));
  }

  private async reportNode(instance: Instance): Promise<boolean> {
    try {
      if (!this.registered.has(instance.id)) await this.register(instance);
      await this.client.patch(
        kinds.node,
        { name: instance.nodeName },
        { status: { conditions: [readyCondition()], nodeInfo: { kubeletVersion: 'v1.31.2' } } },
        'status',
      );
      return true;
    } catch {
      // No record, nobody behind it, a stranger's certificate, or a database that has never heard of this node.
      return false;
    }
  }

  private async register(instance: Instance): Promise<void> {
    const known = await this.client.get(kinds.node, { name: instance.nodeName });
    if (known === undefined) {
      await this.client.create(kinds.node, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name: instance.nodeName,
          labels: {
            'kubernetes.io/hostname': instance.nodeName,
            'node-role.kubernetes.io/worker': '',
            'topology.kubernetes.io/zone': instance.zone,
          },
        },
        spec: { providerID: providerIdOf(instance) },
      });
    }
    this.registered.add(instance.id);
  }
}

function readyCondition(): Record<string, string> {
  const now = new Date().toISOString();
  return {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
}
