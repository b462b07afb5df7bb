// One Kubernetes API server as actions see it. Nothing is opened, read or imported before the first call.

import type { KubeClient, KubeReader } from '../../actions/ports.ts';
import { createClient } from './client.ts';
import { createConnection } from './connection.ts';
import { createDiscovery } from './discovery.ts';
import type { KubeSettings } from './kubeconfig.ts';
import { createReader } from './reader.ts';

export type { KubeSettings } from './kubeconfig.ts';

export interface KubeTarget {
  /** Has no writing method, also at run time. */
  readonly reader: KubeReader;
  readonly client: KubeClient;
  /** Ends kept-alive connections, so that the process can end. */
  close(): void;
}

/** The first call throws TARGET_INVALID when the kubeconfig cannot be used. `notice` receives warnings for people. */
export function createKubeTarget(
  settings: KubeSettings,
  options: { notice?(message: string): void } = {},
): KubeTarget {
  const notice = (message: string): void => options.notice?.(message);
  const connection = createConnection(settings, notice);
  const discovery = createDiscovery(connection, notice);
  const reader = createReader(connection, discovery);
  return {
    reader,
    client: createClient(reader, connection, discovery),
    close: () => connection.close(),
  };
}
