// By what an API server judges an object: its namespace, the definition of its kind, and the policies that admit it. Where
// one of these is going to be another one, what the server says now is not what it will say.

import { groupOf, isNamespace } from '../k8s/support/objects.ts';
import type { ObjectRef } from '../ports.ts';

/** Whether others are judged by it. */
export function judgesOthers(ref: ObjectRef): boolean {
  return isNamespace(ref) || isDefinition(ref) || isPolicy(ref);
}

/** Whether the server will judge an object by another definition or policy, once these have been changed. */
export function judgedAnew(changing: readonly ObjectRef[]): (ref: ObjectRef) => boolean {
  const isOfPolicies = changing.some(isPolicy);
  // A definition's name is "plural.group".
  const groups = new Set(
    changing.filter(isDefinition).map(({ name }) => name.slice(name.indexOf('.') + 1)),
  );
  return ({ apiVersion }) => isOfPolicies || groups.has(groupOf(apiVersion));
}

function isDefinition({ apiVersion, kind }: ObjectRef): boolean {
  return kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io';
}

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
function isPolicy({ apiVersion }: ObjectRef): boolean {
  return groupOf(apiVersion) === 'admissionregistration.k8s.io';
}
