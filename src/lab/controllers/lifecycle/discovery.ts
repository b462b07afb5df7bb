// What a server serves, from its discovery documents: which resources there are, what may be done with each, and which
// resource a kind in an owner reference means.

import { KubeError, type Client } from '../../cluster/client.ts';
import type { Kind } from '../../cluster/objects.ts';

export interface Resource extends Kind {
  readonly group: string;
  readonly verbs: readonly string[];
}

export interface Discovered {
  /** Every resource once, in its group's preferred version. */
  readonly resources: readonly Resource[];
  /** The resource of a kind in exactly this version; undefined: not served. */
  find(apiVersion: string, kind: string): Resource | undefined;
}

interface GroupList {
  readonly groups: readonly {
    readonly name: string;
    readonly preferredVersion: { readonly groupVersion: string };
    readonly versions: readonly { readonly groupVersion: string }[];
  }[];
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Rejects when any part of the API cannot be asked for: half an answer would pass for a small API. */
export async function discover(client: Client): Promise<Discovered> {
  const { groups } = (await read<GroupList>(client, '/apis')) ?? { groups: [] };
  const versions = groups.flatMap((group) => {
    const preferred = group.preferredVersion.groupVersion;
    const others = group.versions.map(({ groupVersion }) => groupVersion);
    return [preferred, ...others.filter((version) => version !== preferred)];
  });
  const lists = await Promise.all(
    ['v1', ...versions].map(async (version) => resourcesOf(client, version)),
  );
  const byKind = new Map<string, Resource>();
  const preferred = new Map<string, Resource>();
  for (const resource of lists.flat()) {
    byKind.set(`${resource.apiVersion} ${resource.kind}`, resource);
    // Preferred versions come first, so the first of a name is the one to use.
    const key = `${resource.plural}.${resource.group}`;
    if (!preferred.has(key)) preferred.set(key, resource);
  }
  return {
    resources: [...preferred.values()],
    find: (apiVersion, kind) => byKind.get(`${apiVersion} ${kind}`),
  };
}

async function resourcesOf(client: Client, apiVersion: string): Promise<readonly Resource[]> {
  const root = apiVersion.includes('/') ? '/apis' : '/api';
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  // A group that went since the groups were listed is simply gone.
  const { resources } = (await read<ResourceList>(client, `${root}/${apiVersion}`)) ?? {
    resources: [],
  };
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({
      apiVersion,
      kind,
      plural: name,
      namespaced,
      group,
      verbs,
    }));
}

async function read<T>(client: Client, path: string): Promise<T | undefined> {
  const { status, body } = await client.raw(path);
  if (status === 404) return undefined;
  if (status !== 200) throw new KubeError(status, `discovery: GET ${path}: ${body.slice(0, 500)}`);
  return JSON.parse(body) as T;
}
