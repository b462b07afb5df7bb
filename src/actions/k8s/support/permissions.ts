// How the Kubernetes actions say what they need: selections and the calls on what they find, as permissions. What is not
// known widens: see the engine's Permission.

import { everyKind, known, knownText } from '../../../engine/index.ts';
import type { ForeseenFields, KubernetesPermission } from '../../../engine/index.ts';

/** Where something is done: a kind in a place, or one object of it. */
export type Place = Omit<KubernetesPermission, 'verb' | 'system'>;

interface PlaceParams {
  readonly target: string;
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** As far as it is known; a kind that is not known is every kind. */
export function place({ target, apiVersion, kind, namespace, name }: PlaceParams): Place {
  const [knownVersion, knownKind] = [knownText(apiVersion), knownText(kind)];
  const isKnown = knownVersion !== undefined && knownKind !== undefined;
  const [inNamespace, named] = [knownText(namespace), knownText(name)];
  return {
    target,
    ...(isKnown ? { apiVersion: knownVersion, kind: knownKind } : everyKind),
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
    ...(named === undefined ? {} : { name: named }),
  };
}

export function may(verbs: readonly string[], ...places: readonly Place[]): KubernetesPermission[] {
  return places.flatMap((where) =>
    verbs.map((verb) => ({ system: 'kubernetes' as const, verb, ...where })),
  );
}

export type ForeseenSelection = ForeseenFields<{
  readonly namespace?: string;
  readonly name?: string;
  readonly names?: readonly string[];
}>;

/** What `selectObjects` may find: each named object, or all of the kind in the place. */
export function selectedPlaces(
  kind: { readonly target: string; readonly apiVersion: string; readonly kind: string },
  { namespace, name, names }: ForeseenSelection,
): readonly Place[] {
  const where = { ...kind, namespace };
  if (name !== undefined) return [place({ ...where, name })];
  if (names === undefined) return [place(where)];
  return known(names)?.map((one) => place({ ...where, name: one })) ?? [place(where)];
}

/** For `selectObjects`: it gets what is named and lists otherwise. */
export function maySelect(
  selection: ForeseenSelection,
  places: readonly Place[],
): readonly KubernetesPermission[] {
  const isNamed = selection.name !== undefined || selection.names !== undefined;
  return may([isNamed ? 'get' : 'list'], ...places);
}

/** For `watchUntil` on a selection: only one single object can be watched by name. */
export function mayWatch(
  selection: ForeseenSelection,
  places: readonly Place[],
): readonly KubernetesPermission[] {
  return may(
    ['list', 'watch'],
    ...places.map((one) => (isSingle(selection) ? one : withoutName(one))),
  );
}

function isSingle({ name, names }: ForeseenSelection): boolean {
  if (name !== undefined) return true;
  return names !== undefined && known(names)?.length === 1;
}

export function withoutName({ name: _name, ...rest }: Place): Place {
  return rest;
}

/** Everything in a namespace. Without a known name of it: in every namespace. */
export function contentsOfNamespace(target: string, namespace: string | undefined): Place {
  return place({ target, ...everyKind, namespace });
}

/**
 * For an owner reference with blockOwnerDeletion, which servers with the admission plugin
 * OwnerReferencesPermissionEnforcement (OpenShift has it) take only from those who may change the owner's finalizers.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#ownerreferencespermissionenforcement
 */
export function mayOwnBy(...owners: readonly Place[]): KubernetesPermission[] {
  return may(['update'], ...owners.map((owner) => ({ ...owner, subresource: 'finalizers' })));
}

/**
 * A command in a container: over WebSocket it is a GET, which servers up to 1.34 ask "get" for and later ones "create"
 * too. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export function mayExec(where: {
  readonly target: string;
  readonly namespace: string;
  readonly pod?: string | undefined;
}): KubernetesPermission[] {
  const pod = place({ ...where, apiVersion: 'v1', kind: 'Pod', name: where.pod });
  return may(['create', 'get'], { ...pod, subresource: 'exec' });
}

/** For waiting until they are gone or ready. */
export function mayWatchPods(where: {
  readonly target: string;
  readonly namespace: string;
}): KubernetesPermission[] {
  return may(['list', 'watch'], place({ ...where, apiVersion: 'v1', kind: 'Pod' }));
}

export function mayListPods(where: {
  readonly target: string;
  readonly namespace: string;
}): KubernetesPermission[] {
  return may(['list'], place({ ...where, apiVersion: 'v1', kind: 'Pod' }));
}
