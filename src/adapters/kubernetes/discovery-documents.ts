// What a server says about the kinds it serves: in one aggregated document (two requests, since Kubernetes 1.26), or in one
// a version. Here they are fetched and read; remembering is the business of discovery.

import type { KubeResource } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import type { Call } from './send.ts';

export interface Group {
  /** "" for the core group. */
  readonly name: string;
  /** "apps/v1", the preferred one first. */
  readonly versions: readonly string[];
}

export interface Overview {
  readonly groups: readonly Group[];
  /** By "apps/v1"; what is not in it has to be asked for. */
  readonly resources: ReadonlyMap<string, readonly KubeResource[]>;
}

interface ApiResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

interface ApiGroupList {
  readonly kind?: string;
  readonly groups?: readonly {
    readonly name: string;
    readonly versions?: readonly { readonly groupVersion: string }[];
    readonly preferredVersion?: { readonly groupVersion: string };
  }[];
}

interface AggregatedList {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      /** "Stale": the backend of an aggregated API did not answer. */
      readonly freshness?: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind?: string } | null;
        readonly scope?: string;
        readonly verbs?: readonly string[];
      }[];
    }[];
  }[];
}

const aggregatedKind = 'APIGroupDiscoveryList';
/** The last one is what old servers give. */
const accept = [
  `application/json;g=apidiscovery.k8s.io;v=v2;as=${aggregatedKind}`,
  `application/json;g=apidiscovery.k8s.io;v=v2beta1;as=${aggregatedKind}`,
  'application/json',
].join(',');

/** All groups, and where the server can, all their kinds. */
export async function fetchOverview(
  connection: Connection,
  signal: AbortSignal,
): Promise<Overview> {
  const call = { method: 'GET', verb: 'list', object: 'API groups', accept, signal } as const;
  const named = await connection.json<ApiGroupList & AggregatedList>({ ...call, path: '/apis' });
  if (named.kind !== aggregatedKind) {
    return { groups: [coreGroup, ...groupsOf(named)], resources: new Map() };
  }
  const core = await connection.json<AggregatedList>({ ...call, path: '/api' });
  const isAggregated = core.kind === aggregatedKind;
  const items = [...(isAggregated ? (core.items ?? []) : []), ...(named.items ?? [])];
  const groups = items.map((item) => {
    const name = item.metadata?.name ?? '';
    return { name, versions: (item.versions ?? []).map((one) => versionOf(name, one.version)) };
  });
  return {
    groups: isAggregated ? groups : [coreGroup, ...groups],
    resources: new Map(items.flatMap(resourcesOf)),
  };
}

const coreGroup: Group = { name: '', versions: ['v1'] };

function versionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

type AggregatedGroup = NonNullable<AggregatedList['items']>[number];

function resourcesOf(item: AggregatedGroup): readonly (readonly [string, KubeResource[]])[] {
  return (item.versions ?? [])
    .filter((one) => one.freshness !== 'Stale')
    .map(({ version, resources = [] }) => {
      const apiVersion = versionOf(item.metadata?.name ?? '', version);
      const found = resources.flatMap(({ resource, responseKind, scope, verbs = [] }) => {
        const kind = responseKind?.kind ?? '';
        // Without a kind it is only there for the sake of its subresources.
        if (kind === '') return [];
        return [{ apiVersion, kind, plural: resource, namespaced: scope === 'Namespaced', verbs }];
      });
      return [apiVersion, found] as const;
    });
}

function groupsOf(list: ApiGroupList): readonly Group[] {
  return (list.groups ?? []).map((group) => {
    const preferred = group.preferredVersion?.groupVersion;
    const versions = (group.versions ?? []).map((one) => one.groupVersion);
    return {
      name: group.name,
      versions:
        preferred === undefined
          ? versions
          : [preferred, ...versions.filter((one) => one !== preferred)],
    };
  });
}

/** The kinds of one version; none when it is not served. */
export async function fetchResources(
  connection: Connection,
  version: string,
  signal: AbortSignal,
): Promise<readonly KubeResource[]> {
  const call: Call = {
    method: 'GET',
    path: apiPath(version),
    verb: 'list',
    object: `the kinds of ${version}`,
    signal,
  };
  try {
    const list = await connection.json<ApiResourceList>(call);
    return (list.resources ?? [])
      .filter((one) => !one.name.includes('/'))
      .map((one) => ({
        apiVersion: version,
        kind: one.kind,
        plural: one.name,
        namespaced: one.namespaced,
        verbs: one.verbs ?? [],
      }));
  } catch (error) {
    if (error instanceof DrctlError && error.code === 'CLIENT_NOT_FOUND') return [];
    throw error;
  }
}

/** "/api/v1" or "/apis/GROUP/VERSION". */
export function apiPath(version: string): string {
  return version.includes('/') ? `/apis/${version}` : `/api/${version}`;
}
