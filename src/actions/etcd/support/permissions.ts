// What the etcd actions need of Kubernetes: to find the members' pods, and to run etcd's own tools in them. Which pods
// those are is known only when they are found.

import type { KubernetesPermission } from '../../../engine/index.ts';
import { mayExec, mayListPods } from '../../k8s/support/permissions.ts';

export function memberPermissions(where: {
  readonly target: string;
  readonly namespace: string;
}): readonly KubernetesPermission[] {
  const { target, namespace } = where;
  return [...mayListPods({ target, namespace }), ...mayExec({ target, namespace })];
}
