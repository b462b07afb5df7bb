// What applying manifests needs. Those in files are not read here (this is pure): they may be of every kind.

import { isUnknown, knownText } from '../../../engine/index.ts';
import type { ActionPermissions, Json, KubernetesPermission } from '../../../engine/index.ts';
import { isJsonObject, valueAt } from './json-tree.ts';
import { groupOf, isNamespace } from './objects.ts';
import { contentsOfNamespace, may, place } from './permissions.ts';
import type { Place } from './permissions.ts';

interface ForeseenManifests {
  readonly target: string;
  /** Objects, in part not known; or not known at all. */
  readonly manifests?: unknown;
  readonly namespace?: string;
}

/**
 * A preview is a patch; what is not there yet is made by a patch too, which later servers want "create" for as well.
 */
export function manifestPermissions(wanted: ForeseenManifests): ActionPermissions {
  const places = placesOf(wanted);
  const manifests = manifestsOf(wanted) ?? [];
  return {
    carryOut: [
      ...may(['get', 'patch'], ...places),
      ...may(['create'], ...places.map((one) => ({ ...one, byName: true as const }))),
      ...manifests.flatMap((manifest) => grants(wanted, manifest)),
    ],
    undo: [
      ...may(['delete', 'list', 'watch'], ...places),
      ...places.flatMap((one) =>
        isNamespace(one) || one.kind === '*'
          ? may(['list'], contentsOfNamespace(one.target, one.name))
          : [],
      ),
    ],
  };
}

function placesOf(wanted: ForeseenManifests): readonly Place[] {
  const manifests = manifestsOf(wanted);
  if (manifests === undefined) return [place(wanted)];
  return manifests.map((manifest) => placeOf(wanted, manifest));
}

/** undefined: not known, or in files. */
function manifestsOf({ manifests }: ForeseenManifests): readonly Json[] | undefined {
  return Array.isArray(manifests) ? (manifests as Json[]).flatMap(documents) : undefined;
}

function documents(value: Json): readonly Json[] {
  if (!isJsonObject(value) || value['kind'] !== 'List') return [value];
  const { items } = value;
  return Array.isArray(items) ? (items as Json[]).flatMap(documents) : [value];
}

function placeOf({ target, namespace }: ForeseenManifests, manifest: Json): Place {
  const text = (...path: readonly string[]): string | undefined => {
    const found = isJsonObject(manifest) ? valueAt(manifest, path) : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  const metadata = isJsonObject(manifest) ? manifest['metadata'] : undefined;
  const [apiVersion, kind] = [text('apiVersion'), text('kind')];
  // Of metadata that is not known the namespace may be any.
  const own = isUnknown(metadata) ? metadata : (text('metadata', 'namespace') ?? namespace);
  const isPlaced = kind !== 'Namespace' && kind !== 'CustomResourceDefinition';
  return place({
    target,
    apiVersion,
    kind,
    name: text('metadata', 'name'),
    ...(isPlaced ? { namespace: own } : {}),
  });
}

/**
 * RBAC lets nobody give rights that they do not have, unless they may "escalate" the role or "bind" it.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
function grants(wanted: ForeseenManifests, manifest: Json): readonly KubernetesPermission[] {
  const where = placeOf(wanted, manifest);
  if (groupOf(where.apiVersion) !== 'rbac.authorization.k8s.io') return [];
  if (where.kind === 'Role' || where.kind === 'ClusterRole') return may(['escalate'], where);
  const role = isJsonObject(manifest) ? manifest['roleRef'] : undefined;
  const field = (name: string): string | undefined => {
    const value = isJsonObject(role) ? role[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const kind = knownText(field('kind')) ?? 'ClusterRole';
  const { target, apiVersion, namespace } = where;
  return may(
    ['bind'],
    place({
      target,
      apiVersion,
      kind,
      name: field('name'),
      ...(kind === 'Role' ? { namespace } : {}),
    }),
  );
}
