/*
 * Authorisation by the Roles, ClusterRoles and bindings in the store, as RBAC decides it. What a real server's
 * bootstrap roles give everybody (discovery, reviews about oneself, health) is not asked here at all.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
import type { Cluster } from './cluster.ts';
import { listAt, mapAt, stringAt, textOf, type Json, type KubeObject } from './objects.ts';
import { storageKeyOf } from './resource-type.ts';
import type { Access, AccessAttributes } from './reviews.ts';

const group = 'rbac.authorization.k8s.io';

/** Looks into the store anew for every question, so that a binding counts from the moment it is there. */
export function rbacAccess(cluster: Cluster): Access {
  return (asked) =>
    asked.groups.includes('system:masters') ||
    isForEverybody(asked) ||
    isBound(cluster, 'clusterrolebindings', asked, undefined) ||
    (asked.namespace !== '' && isBound(cluster, 'rolebindings', asked, asked.namespace));
}

/** What system:discovery and system:public-info-viewer give. */
function isForEverybody({ verb, path }: AccessAttributes): boolean {
  const open = /^\/(healthz|livez|readyz|version\/?|api(\/.*)?|apis(\/.*)?|openapi(\/.*)?)$/;
  return verb === 'get' && open.test(path);
}

function isBound(
  cluster: Cluster,
  bindings: 'clusterrolebindings' | 'rolebindings',
  asked: AccessAttributes,
  namespace: string | undefined,
): boolean {
  return cluster.storage
    .list(storageKeyOf(group, bindings), namespace)
    .filter((binding) => listAt(binding, 'subjects').some((subject) => isSubject(subject, asked)))
    .flatMap((binding) => rulesOf(cluster, binding, namespace))
    .some((rule) => allows(rule, asked));
}

function isSubject(subject: Json, { user, groups }: AccessAttributes): boolean {
  const name = stringAt(subject, 'name') ?? '';
  switch (stringAt(subject, 'kind')) {
    case 'User':
      return name === user;
    case 'Group':
      return groups.includes(name);
    case 'ServiceAccount':
      return user === `system:serviceaccount:${stringAt(subject, 'namespace') ?? ''}:${name}`;
    default:
      return false;
  }
}

function rulesOf(
  cluster: Cluster,
  binding: KubeObject,
  namespace: string | undefined,
): readonly Json[] {
  const ref = mapAt(binding, 'roleRef');
  const isOfCluster = stringAt(ref, 'kind') === 'ClusterRole';
  const key = storageKeyOf(group, isOfCluster ? 'clusterroles' : 'roles');
  const place = isOfCluster ? '' : (namespace ?? '');
  const role = cluster.storage.get(key, place, stringAt(ref, 'name') ?? '');
  return role === undefined ? [] : listAt(role, 'rules');
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function allows(rule: Json, asked: AccessAttributes): boolean {
  const texts = (field: string): readonly string[] => {
    return listAt(rule, field).map(textOf);
  };
  const { verb, resource, subresource, name, path } = asked;
  if (path !== '') return has(texts('verbs'), verb) && has(texts('nonResourceURLs'), path);
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  const resources = texts('resources');
  const names = texts('resourceNames');
  return (
    has(texts('verbs'), verb) &&
    has(texts('apiGroups'), asked.group) &&
    (has(resources, wanted) || (subresource !== '' && resources.includes(`*/${subresource}`))) &&
    (names.length === 0 || names.includes(name))
  );
}
