// What a hosted control plane does inside its cluster while it serves: nodes that do not report become Unknown, missing
// OVN pods are made again, and the network operator is degraded while OVN still holds on to another control plane.

import { createClient, type Client } from '../cluster/client.ts';
import { kinds } from '../cluster/kinds.ts';
import { conditionsOf, textAt, type KubeObject } from '../cluster/objects.ts';
import type { SideName } from '../cluster/side.ts';
import { isTerminating, randomSuffix } from '../controllers/workloads/pods.ts';
import { OVN_NAMESPACE } from '../seed/hosted-content.ts';
import type { World } from '../world/world.ts';

const NODE_GRACE_MS = 2_500;
const CONNECTED_TO = 'lab.drctl.dev/control-plane';

export interface HostedConnection {
  readonly ca: string;
  readonly token: string;
  readonly hostname: string;
}

export class HostedControllers {
  private client: Client | undefined;
  private port: number | undefined;
  private readonly world: World;
  private readonly side: SideName;
  private readonly connection: HostedConnection;

  constructor(world: World, side: SideName, connection: HostedConnection) {
    this.world = world;
    this.side = side;
    this.connection = connection;
  }

  async reconcile(): Promise<void> {
    const client = this.open();
    if (client === undefined) return;
    const nodes = (await client.list(kinds.node)).items;
    await Promise.all(nodes.map((node) => this.judge(client, node)));
    const pods = (await client.list(kinds.pod, OVN_NAMESPACE)).items;
    await this.keepOvnPods(client, nodes, pods);
    await this.reportNetwork(client, pods);
  }

  close(): void {
    this.client?.close();
    this.client = undefined;
    this.port = undefined;
  }

  /** Straight to this side's server: a control plane does not look itself up in DNS. */
  private open(): Client | undefined {
    const port = this.world.planes[this.side].api.port();
    if (port !== this.port) {
      this.close();
      this.port = port;
    }
    if (port === undefined) return undefined;
    this.client ??= createClient({
      server: `https://127.0.0.1:${port}`,
      ca: this.connection.ca,
      token: this.connection.token,
      tlsServerName: this.connection.hostname,
    });
    return this.client;
  }

  private async judge(client: Client, node: KubeObject): Promise<void> {
    const ready = conditionsOf(node).find((entry) => entry.type === 'Ready');
    if (ready === undefined || ready.status !== 'True') return;
    const heartbeat = Date.parse(textAt(ready, 'lastHeartbeatTime') ?? '');
    if (Date.now() - heartbeat < this.world.delay(NODE_GRACE_MS)) return;
    const unknown = {
      ...ready,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: new Date().toISOString(),
    };
    await client.patch(kinds.node, node.metadata, { status: { conditions: [unknown] } }, 'status');
  }

  private async keepOvnPods(
    client: Client,
    nodes: readonly KubeObject[],
    pods: readonly KubeObject[],
  ): Promise<void> {
    for (const pod of pods.filter(isTerminating)) {
      await client.remove(kinds.pod, pod.metadata, { gracePeriodSeconds: 0 });
    }
    for (const node of nodes) {
      const has = pods.some(
        (pod) => textAt(pod, 'spec', 'nodeName') === node.metadata.name && !isTerminating(pod),
      );
      if (has) continue;
      const pod = await client.create(kinds.pod, this.ovnPod(node.metadata.name));
      await client.patch(
        kinds.pod,
        pod.metadata,
        { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
        'status',
      );
    }
  }

  private ovnPod(nodeName: string): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `ovnkube-node-${randomSuffix()}`,
        namespace: OVN_NAMESPACE,
        labels: { app: 'ovnkube-node' },
        annotations: { [CONNECTED_TO]: this.side },
      },
      spec: { nodeName, containers: [{ name: 'ovnkube-controller', image: 'lab' }] },
    };
  }

  private async reportNetwork(client: Client, pods: readonly KubeObject[]): Promise<void> {
    const operator = await client.get(kinds.clusterOperator, { name: 'network' });
    if (operator === undefined) return;
    const isDegraded = pods.some(
      (pod) => !isTerminating(pod) && pod.metadata.annotations?.[CONNECTED_TO] !== this.side,
    );
    const status = isDegraded ? 'True' : 'False';
    const known = conditionsOf(operator).find((entry) => entry.type === 'Degraded');
    if (known?.status === status) return;
    const conditions = conditionsOf(operator).map((entry) =>
      entry.type === 'Degraded'
        ? { ...entry, status, reason: isDegraded ? 'OVNHoldsOldControlPlane' : 'AsExpected' }
        : entry,
    );
    await client.patch(
      kinds.clusterOperator,
      operator.metadata,
      { status: { conditions } },
      'status',
    );
  }
}
