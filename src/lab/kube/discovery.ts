/*
 * Discovery: which groups, versions and resources there are, in the old form (one document a version) and
 * the aggregated one that kubectl asks for first.
 */
import type { Cluster } from './cluster.ts';
import type { JsonObject } from './objects.ts';
import { storedVerbs, type ResourceType } from './resource-type.ts';
import { acceptedTypes, type Reply } from './reply.ts';
import { apiVersionOf } from './objects.ts';

const aggregatedKind = 'APIGroupDiscoveryList';
const subresourceVerbs = ['get', 'patch', 'update'];

/** Answers a discovery path, or undefined when the path is none. */
export function discoveryReply(cluster: Cluster, path: string, accept: string): Reply | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, group, version] = parts;
  if (root === 'api') {
    if (parts.length === 1) return aggregatedOr(cluster, accept, true, coreVersions());
    return parts.length === 2 && group === 'v1' ? resourceList(cluster, '', 'v1') : undefined;
  }
  if (root !== 'apis') return undefined;
  if (parts.length === 1) return aggregatedOr(cluster, accept, false, groupList(cluster));
  const versions = cluster.registry.groups().get(group ?? '');
  if (versions === undefined || group === undefined) return undefined;
  if (version === undefined) {
    return {
      code: 200,
      body: { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, versions) },
    };
  }
  const isList = parts.length === 3 && versions.includes(version);
  return isList ? resourceList(cluster, group, version) : undefined;
}

function coreVersions(): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
  };
}

function groupList(cluster: Cluster): JsonObject {
  const groups = [...cluster.registry.groups()].filter(([group]) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => apiGroup(group, versions)),
  };
}

function apiGroup(group: string, versions: readonly string[]): JsonObject {
  const named = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: named, preferredVersion: named[0] ?? {} };
}

function resourceList(cluster: Cluster, group: string, version: string): Reply {
  const resources = typesOf(cluster, group, version).flatMap((type) => [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: verbsOf(type),
      ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
      ...(type.categories.length > 0 ? { categories: [...type.categories] } : {}),
      storageVersionHash: '',
    },
    ...subresourcesOf(type).map((sub) => ({
      name: `${type.plural}/${sub.name}`,
      singularName: '',
      namespaced: type.namespaced,
      ...(sub.group === '' ? {} : { group: sub.group, version: sub.version }),
      kind: sub.kind,
      verbs: [...sub.verbs],
    })),
  ]);
  return {
    code: 200,
    body: {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: apiVersionOf(group, version),
      resources: resources as unknown as JsonObject[],
    },
  };
}

function typesOf(cluster: Cluster, group: string, version: string): readonly ResourceType[] {
  return cluster.registry.all().filter((type) => type.group === group && type.version === version);
}

function verbsOf(type: ResourceType): string[] {
  return type.review === true ? ['create'] : [...storedVerbs];
}

interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

function subresourcesOf(type: ResourceType): readonly Subresource[] {
  const own = { group: '', version: '', kind: type.kind };
  const found: Subresource[] = [];
  if (type.storageKey === '/pods') {
    found.push({ ...own, name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] });
  }
  if (type.storageKey === '/namespaces')
    found.push({ ...own, name: 'finalize', verbs: ['update'] });
  if (type.scale !== undefined) {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    found.push({ ...scale, name: 'scale', verbs: subresourceVerbs });
  }
  if (type.hasStatus) found.push({ ...own, name: 'status', verbs: subresourceVerbs });
  return found;
}

/** The aggregated form when the client names it before the old one. */
function aggregatedOr(cluster: Cluster, accept: string, isCore: boolean, plain: JsonObject): Reply {
  const wanted = acceptedTypes(accept).find(
    ({ type, params }) =>
      type === 'application/json' && (params['as'] === undefined || isAggregated(params)),
  );
  if (wanted === undefined || !isAggregated(wanted.params)) return { code: 200, body: plain };
  const version = wanted.params['v'] ?? 'v2';
  const groups = [...cluster.registry.groups()].filter(([group]) => (group === '') === isCore);
  return {
    code: 200,
    contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=${aggregatedKind}`,
    body: {
      kind: aggregatedKind,
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items: groups.map(([group, versions]) => ({
        metadata: { name: group, creationTimestamp: null },
        versions: versions.map((each) => ({
          version: each,
          resources: typesOf(cluster, group, each).map(aggregatedResource),
          freshness: 'Current',
        })),
      })),
    },
  };
}

function isAggregated(params: Readonly<Record<string, string>>): boolean {
  return (
    params['g'] === 'apidiscovery.k8s.io' &&
    params['as'] === aggregatedKind &&
    (params['v'] === 'v2' || params['v'] === 'v2beta1')
  );
}

function aggregatedResource(type: ResourceType): JsonObject {
  const subresources = subresourcesOf(type).map((sub) => ({
    subresource: sub.name,
    responseKind: {
      group: sub.group || type.group,
      version: sub.version || type.version,
      kind: sub.kind,
    },
    verbs: [...sub.verbs],
  }));
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: verbsOf(type),
    ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
    ...(type.categories.length > 0 ? { categories: [...type.categories] } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
