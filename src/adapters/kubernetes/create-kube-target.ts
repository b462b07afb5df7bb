// One Kubernetes API server as actions see it. Nothing is opened, read or imported before the first call.

import type { KubeClient, KubeReader } from '../../actions/ports.ts';
import { reviewPath } from './access-review.ts';
import { createClient } from './client.ts';
import { createConnection } from './connection.ts';
import { createDiscovery } from './discovery.ts';
import { whoAmI } from './identity.ts';
import type { KubeIdentity } from './identity.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { KubeSettings } from './kubeconfig-files.ts';
import { createReader } from './reader.ts';

export type { KubeIdentity } from './identity.ts';
export type { KubeSettings } from './kubeconfig-files.ts';

export interface KubeAccount {
  /** The API server's URL as the kubeconfig has it. */
  server(signal: AbortSignal): Promise<string>;
  /** undefined: neither the server nor the credentials say it. */
  whoAmI(signal: AbortSignal): Promise<KubeIdentity | undefined>;
  /** A path outside the object API. */
  mayGetPath(path: string, signal: AbortSignal): Promise<boolean>;
}

export interface KubeTarget {
  /** Has no writing method, also at run time. */
  readonly reader: KubeReader;
  readonly client: KubeClient;
  /** Questions about the caller that no action asks. */
  readonly account: KubeAccount;
  /** Ends kept-alive connections, so that the process can end. */
  close(): void;
}

/** The first call throws TARGET_INVALID when the kubeconfig cannot be used. `notice` receives warnings for people. */
export function createKubeTarget(
  settings: KubeSettings,
  options: {
    notice?(message: string): void;
    /** The folder that a pod finds its token and CA in, when it is another than usual. */
    readonly serviceAccount?: string;
  } = {},
): KubeTarget {
  const notice = (message: string): void => options.notice?.(message);
  const connection = createConnection(
    () => loadKubeconfig(settings, options.serviceAccount),
    notice,
  );
  const discovery = createDiscovery(connection, notice);
  const reader = createReader(connection, discovery);
  return {
    reader,
    client: createClient(reader, connection, discovery),
    account: {
      server: async (signal) => (await connection.access(signal)).server,
      whoAmI: (signal) => whoAmI(connection, signal),
      mayGetPath: (path, signal) => reviewPath(connection, path, signal),
    },
    close: () => connection.close(),
  };
}
