// The hosted cluster's API as a real kube-apiserver process over the real etcd members of one side. It starts in the background:
// the pods of the side must not wait for it. The Secrets in etcd are really encrypted with the hosted cluster's own key.

import { join } from 'node:path';
import { createClient, type Client } from '../../cluster/client.ts';
import { installDefinitions } from '../../cluster/install-definitions.ts';
import { kinds } from '../../cluster/kinds.ts';
import { startApiServer, type ApiServer, type EtcdConnection } from '../../envtest/index.ts';
import type { CertificateAuthority } from '../../tls/index.ts';
import { hostedDefinitions } from '../../world/definitions.ts';
import { serversFolder } from '../../daemon/state-files.ts';
import type { HostedApi } from '../hosted-plane.ts';
import { startEvents, type EventStream } from './event-stream.ts';
import type { PlaneOptions } from './plane-options.ts';

export interface EnvtestApiStart {
  readonly etcd: EtcdConnection;
  readonly authority: CertificateAuthority;
  readonly hostname: string;
  /** base64 of 16, 24 or 32 bytes. */
  readonly encryptionKey: string;
}

const RETRY_MS = 2_000;
/** An hour in lab time: Events must expire while a rehearsal goes on, as on the day they do all the time. */
const EVENT_TTL_SECONDS = 20;

export class EnvtestApi implements HostedApi {
  private readonly options: PlaneOptions;
  private state: 'stopped' | 'starting' | 'serving' | 'failed' = 'stopped';
  private server: ApiServer | undefined;
  private starting: Promise<void> | undefined;
  private failedAt = 0;
  private events: EventStream | undefined;
  /** Why it does not serve, for the pods' status. */
  message = '';

  constructor(options: PlaneOptions) {
    this.options = options;
  }

  isServing(): boolean {
    return this.state === 'serving' && this.server?.program.isRunning() === true;
  }

  port(): number | undefined {
    return this.isServing() ? this.server?.port : undefined;
  }

  /** Is there a process that may take writes? */
  isRunning(): boolean {
    return this.server?.program.isRunning() === true;
  }

  mayStart(): boolean {
    if (this.state === 'starting' || this.isServing()) return false;
    return this.state !== 'failed' || Date.now() - this.failedAt >= RETRY_MS;
  }

  /** Returns at once. */
  start(options: EnvtestApiStart): void {
    this.state = 'starting';
    this.message = 'kube-apiserver starts';
    this.starting = this.bringUp(options).catch(async (error: unknown) => {
      this.state = 'failed';
      this.failedAt = Date.now();
      this.message = error instanceof Error ? error.message : String(error);
      this.options.world.log(`${this.options.side.name}: the hosted API: ${this.message}`);
      await this.server?.stop();
    });
  }

  private async bringUp(options: EnvtestApiStart): Promise<void> {
    const { side, world, token, binaries, processes } = this.options;
    const { authority, hostname } = options;
    const tls = await authority.issue({ names: [hostname, 'localhost'], ips: ['127.0.0.1'] });
    const server = await startApiServer({
      program: binaries.kubeApiserver,
      processes,
      name: `${side.name}-hosted-apiserver`,
      folder: join(serversFolder(world.settings.dir), side.name, 'hosted'),
      tls: { ...tls, ca: authority.cert, clientCa: authority.cert },
      tokens: [{ token, user: 'system:admin', groups: ['system:masters'] }],
      etcd: options.etcd,
      encryption: encryptionConfiguration(options.encryptionKey),
      eventTtlSeconds: EVENT_TTL_SECONDS,
      audit: world.settings.audit,
    });
    this.server = server;
    await server.becomesReady();
    const client = createClient({ server: server.url, ca: authority.cert, token });
    try {
      await installDefinitions(client, hostedDefinitions());
      await distrustNodes(client);
    } catch (error) {
      client.close();
      throw error;
    }
    this.events = startEvents(client);
    this.state = 'serving';
    world.log(`${side.name}: the hosted API serves`);
  }

  async stop(): Promise<void> {
    if (this.state === 'stopped') return;
    this.state = 'stopped';
    this.events?.stop();
    await this.server?.stop();
    // What was still coming up ends with its process.
    await this.starting;
    await this.server?.stop();
    this.state = 'stopped';
    this.server = undefined;
    this.options.world.log(`${this.options.side.name}: the hosted API stopped`);
  }
}

/** As a control plane with `secretEncryption: aescbc` has it; what is not encrypted yet can still be read. */
function encryptionConfiguration(key: string): string {
  return JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets', 'configmaps'],
        providers: [{ aescbc: { keys: [{ name: 'active', secret: key }] } }, { identity: {} }],
      },
    ],
  });
}

/**
 * A control plane that begins anew knows nothing of its nodes until they report: a restored "Ready" must not pass for one.
 * Done before anybody knows the port, where a real one would take the node controller's grace period.
 */
async function distrustNodes(client: Client): Promise<void> {
  const nodes = (await client.list(kinds.node)).items;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: now,
  };
  for (const node of nodes) {
    await client.patch(
      kinds.node,
      node.metadata,
      { status: { conditions: [condition] } },
      'status',
    );
  }
}
