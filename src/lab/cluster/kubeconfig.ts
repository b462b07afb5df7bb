// Kubeconfig files for the lab's clusters. Also what `kubectl --kubeconfig` reads, so the format is the ecosystem's.

import { stringify } from 'yaml';

export interface Connection {
  /** https://127.0.0.1:<port> */
  readonly server: string;
  /** The certificate authority, PEM. */
  readonly ca: string;
  readonly token: string;
  /** The name that the server's certificate is for, where the address differs. */
  readonly tlsServerName?: string;
}

export function renderKubeconfig(name: string, connection: Connection): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server: connection.server,
          'certificate-authority-data': Buffer.from(connection.ca).toString('base64'),
          ...(connection.tlsServerName === undefined
            ? {}
            : { 'tls-server-name': connection.tlsServerName }),
        },
      },
    ],
    users: [{ name: 'admin', user: { token: connection.token } }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
  });
}
