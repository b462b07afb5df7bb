// The hosted cluster's API as one management cluster serves it: an API server over the database on the etcd volumes of
// that side. It is there while a kube-apiserver pod runs, terminating ones included: that is why zero replicas do not
// end the writes yet. When it stops, what it held is on the volumes.

import { join } from 'node:path';
import { startKubeServer, type KubeServer, type Storage } from '../../kube/index.ts';
import type { CertificateAuthority } from '../../tls/index.ts';
import { auditTo } from '../../observe/audit-log.ts';
import { hostedDefinitions } from '../../world/definitions.ts';
import type { Settings } from '../../world/settings.ts';
import type { HostedApi } from '../hosted-plane.ts';
import type { EtcdStore } from './etcd-stores.ts';

export interface EmbeddedApiStart {
  readonly store: EtcdStore;
  readonly authority: CertificateAuthority;
  readonly hostname: string;
  readonly encryptionKey: string;
}

export class EmbeddedApi implements HostedApi {
  private readonly token: string;
  private readonly side: string;
  private readonly settings: Settings;
  private server: KubeServer | undefined;
  private store: EtcdStore | undefined;

  constructor(side: string, token: string, settings: Settings) {
    this.side = side;
    this.token = token;
    this.settings = settings;
  }

  isServing(): boolean {
    return this.server !== undefined;
  }

  port(): number | undefined {
    return this.server === undefined ? undefined : Number(new URL(this.server.url).port);
  }

  async start(options: EmbeddedApiStart): Promise<void> {
    const tls = await options.authority.issue({
      names: [options.hostname, 'localhost'],
      ips: ['127.0.0.1'],
    });
    const server = await startKubeServer({
      name: `hosted-${this.side}`,
      tls: { ...tls, ca: options.authority.cert },
      tokens: [{ token: this.token, user: 'system:admin', groups: ['system:masters'] }],
      crds: hostedDefinitions(),
      access: 'rbac',
      ...auditTo(this.settings, join(this.side, 'hosted'), `${this.side}-hosted-apiserver`),
    });
    // Nobody knows the port yet: no request can see the empty store.
    if (options.store.content !== undefined) server.restore(Buffer.from(options.store.content));
    distrustNodes(server.storage);
    options.store.encryptionKey = options.encryptionKey;
    this.store = options.store;
    this.server = server;
  }

  /** The database as it is now on the volumes. */
  flush(): void {
    if (this.server === undefined || this.store === undefined) return;
    this.store.content = Buffer.from(this.server.snapshot()).toString('utf8');
    this.store.revision = this.server.storage.revision;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.flush();
    this.server = undefined;
    await server.close();
  }
}

/**
 * A control plane that begins anew knows nothing of its nodes until they report: a restored "Ready" must not pass for
 * one. Done before the first request, where a real one would take the node controller's grace period.
 */
function distrustNodes(storage: Storage): void {
  const nodes = Array.from(storage.all()).filter(([, object]) => object.kind === 'Node');
  for (const [key, object] of nodes) {
    const condition = {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
    storage.put(key, { ...object, status: { conditions: [condition] } });
  }
}
