/*
 * A kubeconfig for one server and one token, as YAML: what kubectl and client libraries take as it is.
 */
import { stringify } from 'yaml';

/** Renders the kubeconfig. `ca` is PEM. */
export function kubeconfigYaml(options: {
  name: string;
  url: string;
  ca: string;
  token: string;
  user: string;
}): string {
  const { name, url, ca, token, user } = options;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace: 'default' } }],
    'current-context': name,
  });
}
