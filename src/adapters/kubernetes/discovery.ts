// Which kinds one server serves, and where. Fetched when first needed, kept for the life of the target, and fetched
// once more when a kind is not found (a CustomResourceDefinition may have come meanwhile).

import type { KubeKind, KubeResource } from '../../actions/ports.ts';
import { DrctlError, closest } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import { DISCOVERY_PARALLEL } from './settings.ts';

export interface Discovery {
  find(kind: KubeKind, signal: AbortSignal): Promise<KubeResource | undefined>;
  /** CLIENT_NOT_FOUND with the nearest kind. */
  get(kind: KubeKind, signal: AbortSignal): Promise<KubeResource>;
  all(signal: AbortSignal): Promise<readonly KubeResource[]>;
}

interface Group {
  /** "" for the core group. */
  readonly name: string;
  /** "apps/v1", the preferred one first. */
  readonly versions: readonly string[];
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
  readonly groups?: readonly {
    readonly name: string;
    readonly versions?: readonly { readonly groupVersion: string }[];
    readonly preferredVersion?: { readonly groupVersion: string };
  }[];
}

export function createDiscovery(
  connection: Connection,
  notice: (message: string) => void,
): Discovery {
  let groups: Promise<readonly Group[]> | undefined;
  const resources = new Map<string, Promise<readonly KubeResource[]>>();

  const groupList = (signal: AbortSignal): Promise<readonly Group[]> => {
    groups ??= fetchGroups(connection, signal).catch((error: unknown) => {
      groups = undefined;
      throw error;
    });
    return groups;
  };

  const resourcesOf = (version: string, signal: AbortSignal): Promise<readonly KubeResource[]> => {
    const cached = resources.get(version);
    if (cached !== undefined) return cached;
    const fetched = fetchResources(connection, version, signal).catch((error: unknown) => {
      resources.delete(version);
      throw error;
    });
    resources.set(version, fetched);
    return fetched;
  };

  const lookUp = async (kind: KubeKind, signal: AbortSignal): Promise<KubeResource | undefined> => {
    const group = groupOf(kind.apiVersion);
    const versions = kind.apiVersion.endsWith('/*')
      ? ((await groupList(signal)).find((one) => one.name === group)?.versions ?? [])
      : [kind.apiVersion];
    for (const version of versions) {
      const found = (await resourcesOf(version, signal)).find((one) => one.kind === kind.kind);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const forget = (group: string): void => {
    groups = undefined;
    for (const version of resources.keys()) {
      if (groupOf(version) === group) resources.delete(version);
    }
  };

  const find: Discovery['find'] = async (kind, signal) => {
    const found = await lookUp(kind, signal);
    if (found !== undefined) return found;
    forget(groupOf(kind.apiVersion));
    return lookUp(kind, signal);
  };

  const all: Discovery['all'] = async (signal) => {
    const list = await groupList(signal);
    const found: KubeResource[] = [];
    for (let start = 0; start < list.length; start += DISCOVERY_PARALLEL) {
      const batch = list.slice(start, start + DISCOVERY_PARALLEL);
      const kinds = await Promise.all(
        batch.map((group) => kindsOf(group, resourcesOf, { notice, signal })),
      );
      found.push(...kinds.flat());
    }
    return found;
  };

  return {
    find,
    all,
    async get(kind, signal) {
      const found = await find(kind, signal);
      if (found !== undefined) return found;
      const site = connection.site({ verb: 'find', object: `kind ${kind.kind}` });
      throw new DrctlError(
        'CLIENT_NOT_FOUND',
        `${site.server} serves no ${kind.kind} in ${kind.apiVersion}`,
        { hint: hintFor(kind, await all(signal)) },
      );
    },
  };
}

function hintFor(kind: KubeKind, served: readonly KubeResource[]): string {
  const same = served.find((one) => one.kind === kind.kind);
  if (same !== undefined) return `It serves ${kind.kind} in ${same.apiVersion}`;
  const near = closest(
    kind.kind,
    served.map((one) => one.kind),
  );
  return near === undefined
    ? 'Is its CustomResourceDefinition installed there?'
    : `Did you mean "${near}"? Or is its CustomResourceDefinition not installed there?`;
}

/** Every kind of a group once, in the first version that serves it. A group that does not answer is left out, aloud. */
async function kindsOf(
  group: Group,
  resourcesOf: (version: string, signal: AbortSignal) => Promise<readonly KubeResource[]>,
  { notice, signal }: { readonly notice: (message: string) => void; readonly signal: AbortSignal },
): Promise<readonly KubeResource[]> {
  const byKind = new Map<string, KubeResource>();
  for (const version of group.versions) {
    try {
      for (const one of await resourcesOf(version, signal)) {
        if (!byKind.has(one.kind)) byKind.set(one.kind, one);
      }
    } catch (error) {
      // An aggregated API whose backend is down must not keep the rest of the cluster from being seen.
      if (!(error instanceof DrctlError) || !error.retryable) throw error;
      notice(`The kinds of ${version} are left out: ${error.message}`);
    }
  }
  return [...byKind.values()];
}

async function fetchGroups(connection: Connection, signal: AbortSignal): Promise<readonly Group[]> {
  const list = await connection.json<ApiGroupList>({
    method: 'GET',
    path: '/apis',
    verb: 'list',
    object: 'API groups',
    signal,
  });
  const named = (list.groups ?? []).map((group) => {
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
  return [{ name: '', versions: ['v1'] }, ...named];
}

async function fetchResources(
  connection: Connection,
  version: string,
  signal: AbortSignal,
): Promise<readonly KubeResource[]> {
  try {
    const list = await connection.json<ApiResourceList>({
      method: 'GET',
      path: apiPath(version),
      verb: 'list',
      object: `the kinds of ${version}`,
      signal,
    });
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

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
