// Where an object lives on the server, and how it is named in messages.

import type { KubeKind, KubeQuery, KubeResource, ObjectRef } from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { apiPath } from './discovery-documents.ts';

/** The collection, in one namespace or in all. A namespace given for a cluster-scoped kind is ignored, as kubectl does. */
export function collectionPath(resource: KubeResource, namespace: string | undefined): string {
  const base = apiPath(resource.apiVersion);
  return namespace !== undefined && resource.namespaced
    ? `${base}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`
    : `${base}/${resource.plural}`;
}

/** CLIENT_INVALID when a namespaced kind is named without a namespace: there is no default that is safe to write to. */
export function objectPath(resource: KubeResource, ref: ObjectRef): string {
  requireNamespace(resource, ref.namespace, ref.name);
  if (ref.name === '') {
    throw new DrctlError('CLIENT_INVALID', `An object of kind ${ref.kind} is named without a name`);
  }
  return `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`;
}

export function requireNamespace(
  resource: KubeResource,
  namespace: string | undefined,
  name: string,
): void {
  if (!resource.namespaced || (namespace !== undefined && namespace !== '')) return;
  throw new DrctlError(
    'CLIENT_INVALID',
    `${resource.kind} "${name}" is named without a namespace`,
    {
      hint: `${resource.kind} lives in a namespace; add "namespace:"`,
    },
  );
}

/** "?a=1&b=2", or nothing. Undefined values are left out. */
export function queryText(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** "NodePool clusters/np-1" */
export function objectName(ref: ObjectRef): string {
  return ref.namespace === undefined
    ? `${ref.kind} ${ref.name}`
    : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** "NodePools in clusters", for lists and watches. */
export function collectionName(kind: KubeKind, query: KubeQuery): string {
  const where = query.namespace === undefined ? '' : ` in ${query.namespace}`;
  return `objects of kind ${kind.kind}${where}`;
}
