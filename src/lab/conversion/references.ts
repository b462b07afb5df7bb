// References to other objects: the older version has apiVersion, kind, name and namespace, the newer one apiGroup, kind
// and name. Which version of the group is meant the newer one looks up in the cluster; here it is a table of what the
// lab's operators write.

import { isMap, textOf, type Json } from './paths.ts';

const VERSIONS: Readonly<Record<string, string>> = {
  'hypershift.openshift.io': 'v1beta1',
  'infrastructure.cluster.x-k8s.io': 'v1beta2',
  'bootstrap.cluster.x-k8s.io': 'v1beta1',
  'controlplane.cluster.x-k8s.io': 'v1beta1',
  'cluster.x-k8s.io': 'v1beta1',
};

export function groupedReference(value: Json): Json {
  if (!isMap(value)) return value;
  const { apiVersion, kind = '', name = '' } = value;
  return { apiGroup: textOf(apiVersion).split('/', 1)[0] ?? '', kind, name };
}

/** Referred objects are in the namespace of the one that refers to them. */
export function versionedReference(value: Json, namespace: string): Json {
  if (!isMap(value)) return value;
  const { apiGroup, kind = '', name = '' } = value;
  const group = textOf(apiGroup);
  const version = VERSIONS[group];
  if (version === undefined) {
    throw new Error(
      `it is not known in which version of ${group} a ${textOf(kind)} is referred to`,
    );
  }
  return { apiVersion: `${group}/${version}`, kind, name, namespace };
}

/** In the newer version, a machine's node is a name. */
export function nodeName(value: Json): Json {
  return isMap(value) ? { name: value['name'] ?? '' } : value;
}

export function nodeReference(value: Json): Json {
  return isMap(value) ? { apiVersion: 'v1', kind: 'Node', name: value['name'] ?? '' } : value;
}
