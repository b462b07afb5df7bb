// How the world was when it had been built: what the observers and the checks compare with.

import { kinds, managementKinds } from '../cluster/kinds.ts';
import { keyOf, textAt, type KubeObject } from '../cluster/objects.ts';
import type { Side, SideName } from '../cluster/side.ts';
import { referencesOf } from '../controllers/hypershift/references.ts';
import { replicasOf } from '../controllers/workloads/pods.ts';
import { hostnamesOf } from '../seed/hosted-clusters.ts';
import {
  controlPlaneNamespace,
  HC_NAME,
  HC_NAMESPACE,
  HCP_NAMESPACE,
  NEIGHBOURS,
  OPERATOR_NAMESPACE,
} from '../world/settings.ts';
import type { World } from '../world/world.ts';
import type { ZoneRecord } from '../world/zone.ts';
import { contentDigest, objectDigest } from './object-digest.ts';

/** "Secret clusters/demo-hosted-2-pull-secret" → digest. */
export type Digests = ReadonlyMap<string, string>;

export interface SideBaseline {
  /** Everything but pods. */
  readonly all: Digests;
  /** The part that belongs to others. */
  readonly neighbours: Digests;
  readonly operatorReplicas: number;
}

export interface Baseline {
  readonly sides: Readonly<Record<SideName, SideBaseline>>;
  /** Content digests of Secrets that must stay on the source → their names. */
  readonly forbiddenSecrets: ReadonlyMap<string, string>;
  /** Content digests of Secrets that the destination needs → their keys. */
  readonly neededSecrets: ReadonlyMap<string, string>;
  readonly foreignRecords: readonly ZoneRecord[];
  readonly instanceIds: readonly string[];
}

export function entryKey(object: KubeObject): string {
  return `${object.kind} ${keyOf(object.metadata)}`;
}

export async function takeBaseline(world: World, infraId: string): Promise<Baseline> {
  const records = await world.publicZone.records();
  return {
    sides: {
      source: baselineOf(world.sides.source),
      destination: baselineOf(world.sides.destination),
    },
    forbiddenSecrets: forbiddenSecrets(world.sides.source),
    neededSecrets: neededSecrets(world.sides.source),
    foreignRecords: records.filter((record) => !isOurRecord(record)),
    instanceIds: world.instances.all(infraId).map((instance) => instance.id),
  };
}

function baselineOf(side: Side): SideBaseline {
  const operator = side.get(kinds.deployment, OPERATOR_NAMESPACE, 'operator');
  return {
    all: digestsOf(side, () => true),
    neighbours: digestsOf(side, (object) => isNeighbours(side, object)),
    operatorReplicas: operator === undefined ? 0 : replicasOf(operator),
  };
}

/** Digests of every lasting object of a side. Pods come and go by themselves. */
export function digestsOf(side: Side, keep: (object: KubeObject) => boolean): Digests {
  const found = new Map<string, string>();
  for (const kind of managementKinds) {
    if (kind.kind === 'Pod') continue;
    for (const object of side.all(kind)) {
      if (keep(object)) found.set(entryKey(object), objectDigest(object));
    }
  }
  return found;
}

/** Does an object belong to another hosted cluster, or is it shared with one? */
export function isNeighbours(side: Side, object: KubeObject): boolean {
  const { name, namespace } = object.metadata;
  const namespaces = new Set(
    NEIGHBOURS[side.name].map((neighbour) => controlPlaneNamespace(HC_NAMESPACE, neighbour)),
  );
  if (object.kind === 'Namespace') return name === HC_NAMESPACE || namespaces.has(name);
  if (namespace !== HC_NAMESPACE) return namespaces.has(namespace ?? '');
  const owner = object.kind === 'NodePool' ? textAt(object, 'spec', 'clusterName') : name;
  return NEIGHBOURS[side.name].some(
    (neighbour) => owner === neighbour || (owner ?? '').startsWith(`${neighbour}-`),
  );
}

function forbiddenSecrets(source: Side): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const secret of source.all(kinds.secret)) {
    if (isNeighbours(source, secret) || isBoundToItsCluster(secret)) {
      found.set(contentDigest(secret), keyOf(secret.metadata));
    }
  }
  return found;
}

/** Made for this management cluster, or made anew on every one. */
export function isBoundToItsCluster(secret: KubeObject): boolean {
  const { name, annotations } = secret.metadata;
  const isForServiceAccount = annotations?.['kubernetes.io/service-account.name'] !== undefined;
  return (
    secret.type === 'kubernetes.io/service-account-token' ||
    secret.type === 'kubernetes.io/dockercfg' ||
    (secret.type === 'kubernetes.io/dockerconfigjson' && isForServiceAccount) ||
    name.startsWith('oauth-openshift') ||
    name.startsWith(`token-${HC_NAME}`)
  );
}

function neededSecrets(source: Side): ReadonlyMap<string, string> {
  const hostedCluster = source.get(kinds.hostedCluster, HC_NAMESPACE, HC_NAME);
  const references = hostedCluster === undefined ? [] : referencesOf(hostedCluster);
  const named = references
    .filter(({ kind }) => kind.kind === 'Secret')
    .map(({ name }) => source.get(kinds.secret, HC_NAMESPACE, name));
  const own = source
    .all(kinds.secret, HCP_NAMESPACE)
    .filter((secret) => !isBoundToItsCluster(secret));
  return new Map(
    [...named, ...own].flatMap((secret) =>
      secret === undefined ? [] : [[contentDigest(secret), keyOf(secret.metadata)] as const],
    ),
  );
}

/** Records under this hosted cluster's own names, with their owner records. */
export function isOurRecord(record: ZoneRecord): boolean {
  const first = record.name.split('.')[0] ?? '';
  return Object.values(hostnamesOf(HC_NAME)).some((hostname) => {
    const own = hostname.split('.')[0] ?? '';
    return [own, `${own}-external-dns`, `cname-${own}-external-dns`].includes(first);
  });
}
