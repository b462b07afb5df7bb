/*
 * Starts an embedded server for a test, with one administrator.
 */
import { startKubeServer, type KubeServer } from '../../../src/lab/kube/index.ts';
import type { KubeServerOptions } from '../../../src/lab/kube/server.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import type { Connection } from './rest.ts';

export const adminToken = 'admin-token';

/** A running server and how to reach it. The caller closes it. */
export async function startServer(
  options: Partial<KubeServerOptions> = {},
): Promise<{ server: KubeServer; connection: Connection }> {
  const authority = await createCertificateAuthority();
  const issued = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const server = await startKubeServer({
    name: 'test',
    tls: { ...issued, ca: authority.cert },
    tokens: [{ token: adminToken, user: 'admin', groups: ['system:masters'] }],
    ...options,
  });
  return { server, connection: { baseUrl: server.url, token: adminToken, ca: authority.cert } };
}
