// The Secrets that a control plane generates for itself, each with content of its own, so that a copy of one can be told
// from one that was made anew.

import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../cluster/objects.ts';

export function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64');
}

export function randomSecret(
  name: string,
  namespace: string,
  keys: readonly string[],
  type = 'Opaque',
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type,
    data: Object.fromEntries(keys.map((key) => [key, base64(randomBytes(24).toString('hex'))])),
  };
}

/** Made for a service account of this cluster: worthless, and forbidden, on another one. */
export function serviceAccountToken(name: string, namespace: string, account: string): KubeObject {
  const secret = randomSecret(
    name,
    namespace,
    ['token', 'namespace', 'ca.crt'],
    'kubernetes.io/service-account-token',
  );
  return annotated(secret, { 'kubernetes.io/service-account.name': account });
}

export function serviceAccountDockerConfig(
  name: string,
  namespace: string,
  account: string,
): KubeObject {
  const auth = base64(`serviceaccount:${randomBytes(24).toString('hex')}`);
  const content = JSON.stringify({ 'image-registry.openshift-image-registry.svc:5000': { auth } });
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'kubernetes.io/dockercfg',
    data: { '.dockercfg': base64(content) },
  };
  return annotated(secret, {
    'kubernetes.io/service-account.name': account,
    'openshift.io/internal-registry-auth-token.service-account': account,
  });
}

function annotated(secret: KubeObject, annotations: Record<string, string>): KubeObject {
  return { ...secret, metadata: { ...secret.metadata, annotations } };
}

const GENERATED: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['sa-signing-key', ['service-account.key', 'service-account.pub']],
  ['etcd-client-tls', ['etcd-client.crt', 'etcd-client.key']],
  ['etcd-server-tls', ['server.crt', 'server.key']],
  ['etcd-peer-tls', ['peer.crt', 'peer.key']],
  ['kas-server-crt', ['tls.crt', 'tls.key']],
  ['kas-aggregator-crt', ['tls.crt', 'tls.key']],
  ['kubeadmin-password', ['password']],
  ['admin-kubeconfig', ['kubeconfig']],
  ['service-network-admin-kubeconfig', ['kubeconfig']],
  ['localhost-kubeconfig', ['kubeconfig']],
  ['konnectivity-server', ['tls.crt', 'tls.key']],
  ['ignition-server-ca-cert', ['tls.crt', 'tls.key']],
  ['openshift-apiserver-cert', ['tls.crt', 'tls.key']],
  ['oauth-openshift-serving-cert', ['tls.crt', 'tls.key']],
  ['oauth-openshift-session', ['session']],
  // An ordinary Secret, though its name looks like that of a service account's pull secret.
  ['registry-docker-credentials', ['username', 'password']],
];

/** All but `root-ca`; `count` is the least number of Secrets there will be. */
export function controlPlaneSecrets(namespace: string, count: number): readonly KubeObject[] {
  const named = GENERATED.map(([name, keys]) => randomSecret(name, namespace, keys));
  const accounts = ['default', 'builder'].flatMap((account) => [
    serviceAccountToken(`${account}-token-lab`, namespace, account),
    serviceAccountDockerConfig(`${account}-dockercfg-lab`, namespace, account),
  ]);
  const missing = Math.max(0, count - named.length - accounts.length);
  const more = Array.from({ length: missing }, (_none, index) =>
    randomSecret(`component-cert-${index + 1}`, namespace, ['tls.crt', 'tls.key']),
  );
  return [...named, ...accounts, ...more];
}
