// Which kinds one server serves, and where. Fetched when first needed, kept for the life of the target, and fetched
// once more when a kind is not found (a CustomResourceDefinition may have come meanwhile).

import type { KubeKind, KubeResource } from '../../actions/ports.ts';
import { DrctlError, closest } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import { fetchOverview, fetchResources } from './discovery-documents.ts';
import type { Group } from './discovery-documents.ts';
import { untilAbort } from './on-abort.ts';
import { DISCOVERY_PARALLEL } from './settings.ts';

export interface Discovery {
  find(kind: KubeKind, signal: AbortSignal): Promise<KubeResource | undefined>;
  /** CLIENT_NOT_FOUND with the nearest kind. */
  get(kind: KubeKind, signal: AbortSignal): Promise<KubeResource>;
  all(signal: AbortSignal): Promise<readonly KubeResource[]>;
}

export function createDiscovery(
  connection: Connection,
  notice: (message: string) => void,
): Discovery {
  // What several callers wait for must not end with the one that happened to ask first; each request is bounded anyway.
  const { signal: shared } = new AbortController();
  let groups: Promise<readonly Group[]> | undefined;
  const resources = new Map<string, Promise<readonly KubeResource[]>>();

  const groupList = (signal: AbortSignal): Promise<readonly Group[]> => {
    groups ??= fetchOverview(connection, shared).then(
      (overview) => {
        for (const [version, found] of overview.resources) {
          resources.set(version, Promise.resolve(found));
        }
        return overview.groups;
      },
      (error: unknown) => {
        groups = undefined;
        throw error;
      },
    );
    return untilAbort(groups, signal);
  };

  const resourcesOf = (version: string, signal: AbortSignal): Promise<readonly KubeResource[]> => {
    const cached = resources.get(version);
    if (cached !== undefined) return untilAbort(cached, signal);
    const fetched = fetchResources(connection, version, shared).catch((error: unknown) => {
      resources.delete(version);
      throw error;
    });
    resources.set(version, fetched);
    return untilAbort(fetched, signal);
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

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
