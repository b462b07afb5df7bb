// Secrets as a cluster has them: about a kilobyte each, none like the other.

import { createHash } from 'node:crypto';

export interface Secret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly type: 'Opaque';
  readonly data: Readonly<Record<string, string>>;
}

export function secretsOf(namespace: string, count: number): readonly Secret[] {
  return Array.from({ length: count }, (_, index) => secretOf(namespace, index));
}

function secretOf(namespace: string, index: number): Secret {
  const name = `secret-${String(index).padStart(5, '0')}`;
  const value = (key: string) =>
    Buffer.from(createHash('sha512').update(`${namespace}/${name}/${key}`).digest('hex'));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { app: `app-${index % 50}`, tier: 'control-plane' } },
    type: 'Opaque',
    data: Object.fromEntries(
      ['tls.crt', 'tls.key', 'ca.crt', 'password'].map((key) => [
        key,
        value(key).toString('base64'),
      ]),
    ),
  };
}
