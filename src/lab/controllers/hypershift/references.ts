// The Secrets and ConfigMaps that a HostedCluster names. Without one of them its operator does nothing for it.

import { kinds } from '../../cluster/kinds.ts';
import { textAt, type Kind, type KubeObject } from '../../cluster/objects.ts';
import type { Side } from '../../cluster/side.ts';
import { namespaceOf } from './operator.ts';

interface Reference {
  readonly kind: Kind;
  readonly name: string;
}

export function referencesOf(hostedCluster: KubeObject): readonly Reference[] {
  const secrets = [
    textAt(hostedCluster, 'spec', 'pullSecret', 'name'),
    textAt(hostedCluster, 'spec', 'sshKey', 'name'),
    encryptionKeyName(hostedCluster),
  ].filter((name) => name !== undefined);
  const bundle = textAt(hostedCluster, 'spec', 'additionalTrustBundle', 'name');
  return [
    ...secrets.map((name) => ({ kind: kinds.secret, name })),
    ...(bundle === undefined ? [] : [{ kind: kinds.configMap, name: bundle }]),
  ];
}

export function encryptionKeyName(hostedCluster: KubeObject): string | undefined {
  return textAt(hostedCluster, 'spec', 'secretEncryption', 'aescbc', 'activeKey', 'name');
}

/** "Secret demo-hosted-pull-secret" for each that is not there. */
export function missingReferences(side: Side, hostedCluster: KubeObject): readonly string[] {
  return referencesOf(hostedCluster)
    .filter(({ kind, name }) => side.get(kind, namespaceOf(hostedCluster), name) === undefined)
    .map(({ kind, name }) => `${kind.kind} ${name}`);
}

/** The control plane reads copies in its own namespace. */
export async function copyReferences(
  side: Side,
  hostedCluster: KubeObject,
  namespace: string,
): Promise<void> {
  for (const { kind, name } of referencesOf(hostedCluster)) {
    const original = side.get(kind, namespaceOf(hostedCluster), name);
    if (original === undefined) continue;
    await side.ensure(kind, {
      apiVersion: 'v1',
      kind: kind.kind,
      metadata: { name, namespace },
      ...(original.type === undefined ? {} : { type: original.type }),
      data: original.data ?? {},
    });
  }
}
