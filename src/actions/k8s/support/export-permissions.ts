// What exporting and restoring need. A restore speaks of what an earlier export took, so its kinds and namespaces come
// from the exports of the runbook; without one it may restore any kind anywhere.

import { everyKind, isUnknown, known, knownText, mayBe } from '../../../engine/index.ts';
import type {
  ActionPermissions,
  Foreseen,
  ForeseenUse,
  KubernetesPermission,
} from '../../../engine/index.ts';
import { groupOf } from './objects.ts';
import { contentsOfNamespace, may, mayOwnBy, place, withoutName } from './permissions.ts';
import { maySelect, selectedPlaces } from './permissions.ts';
import type { ForeseenSelection, Place } from './permissions.ts';

interface Selected {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly names?: readonly string[];
}

type ForeseenSelect = Foreseen<readonly Selected[]>;

export interface ForeseenExport {
  readonly target: string;
  readonly to?: string;
  readonly select: ForeseenSelect;
  readonly references?: Foreseen<{ readonly kinds?: readonly string[] }>;
}

/** References are to Secrets and ConfigMaps beside what refers to them; their names are known only from there. */
export function exportPermissions(wanted: ForeseenExport): readonly KubernetesPermission[] {
  const selections = entriesOf(wanted.select);
  const selected = selections.flatMap((entry) =>
    maySelect(entry, selectedPlaces({ ...entry, target: wanted.target }, entry)),
  );
  return [...selected, ...may(['get'], ...referencePlaces(wanted))];
}

type ForeseenEntry = ForeseenSelection & { readonly apiVersion: string; readonly kind: string };

function entriesOf(select: ForeseenSelect): readonly ForeseenEntry[] {
  const entries = known(select) ?? [everyKind];
  return entries.map((entry) => (isUnknown(entry) ? everyKind : (entry as ForeseenEntry)));
}

function referencePlaces({ target, select, references }: ForeseenExport): readonly Place[] {
  const wanted = references === undefined ? {} : (known(references) ?? {});
  const given = wanted.kinds === undefined ? undefined : known(wanted.kinds);
  const kinds = given ?? ['Secret', 'ConfigMap'];
  return entriesOf(select).flatMap(({ namespace }) =>
    kinds.map((kind) => place({ target, apiVersion: 'v1', kind, namespace })),
  );
}

interface ForeseenRestore {
  readonly target: string;
  readonly from: string;
  readonly select?: Foreseen<
    readonly { readonly apiVersion?: string; readonly kind: string; readonly namespace?: string }[]
  >;
  readonly namespaces?: Foreseen<Readonly<Record<string, string>>>;
  readonly ownerReferences?: string;
  readonly existing?: string;
}

/**
 * Objects are looked for and made. Owners are looked up and set on what is there already, also on what an earlier step
 * has restored: a change of owner references needs "delete" where OwnerReferencesPermissionEnforcement is on. An owner
 * of a kind that was not exported is left out when it may not be read.
 */
export function restorePermissions(
  wanted: ForeseenRestore,
  earlier: readonly ForeseenUse[],
): ActionPermissions {
  const exported = exportedPlaces(wanted, earlier);
  const restored = exported.filter((one) => isSelected(wanted, one));
  const places = restored.map((one) => moved(wanted, one));
  const all = exported.map((one) => moved(wanted, one));
  const owners =
    wanted.ownerReferences === 'drop'
      ? []
      : [...may(['get', 'patch', 'delete'], ...all), ...mayOwnBy(...all)];
  // Many of a kind are looked up by a list; each by its name where that may not be.
  const many = places.filter(({ name }) => name === undefined);
  const updates = mayBe(wanted.existing ?? 'fail', 'update') ? may(['patch'], ...places) : [];
  return {
    carryOut: [
      ...may(['get', 'create'], ...places),
      ...may(['list'], ...many),
      ...owners,
      ...updates,
    ],
    undo: [
      ...may(['patch', 'delete', 'list', 'watch'], ...places),
      ...places
        .filter(({ kind }) => kind === 'Namespace' || kind === '*')
        .flatMap(({ target, name }) => may(['list'], contentsOfNamespace(target, name))),
    ],
  };
}

/** Kinds and namespaces on the side that they come from. The target is that of the restore. */
function exportedPlaces(
  { target, from }: ForeseenRestore,
  earlier: readonly ForeseenUse[],
): readonly Place[] {
  const artifact = knownText(from);
  const exports = earlier
    .filter(({ action }) => action === 'k8s.export')
    .map(({ params }) => params as unknown as ForeseenExport)
    .filter(({ to }) => artifact === undefined || knownText(to) === undefined || to === artifact);
  if (exports.length === 0) return [place({ target, ...everyKind })];
  const places = exports.flatMap((one) => [
    ...entriesOf(one.select).flatMap((entry) => selectedPlaces({ ...entry, target }, entry)),
    ...referencePlaces({ ...one, target }),
  ]);
  return [...new Map(places.map((one) => [JSON.stringify(one), one])).values()];
}

function isSelected({ select }: ForeseenRestore, exported: Place): boolean {
  const choices = select === undefined ? undefined : known(select);
  if (choices === undefined || exported.kind === '*') return true;
  return choices.some((choice) => {
    if (isUnknown(choice)) return true;
    const { apiVersion, kind, namespace } = choice;
    return (
      mayBe(kind, exported.kind) &&
      (knownText(apiVersion) === undefined ||
        groupOf(apiVersion ?? '') === groupOf(exported.apiVersion)) &&
      (knownText(namespace) === undefined ||
        exported.namespace === undefined ||
        namespace === exported.namespace)
    );
  });
}

function moved({ namespaces }: ForeseenRestore, exported: Place): Place {
  if (namespaces === undefined) return exported;
  const mapping = known(namespaces);
  const { namespace: from, ...rest } = exported;
  const isNamespace = exported.kind === 'Namespace';
  const was = isNamespace ? exported.name : from;
  if (was === undefined) return exported;
  const to = mapping === undefined ? undefined : (mapping[was] ?? was);
  const there = knownText(to);
  if (isNamespace)
    return there === undefined ? withoutName(exported) : { ...exported, name: there };
  return there === undefined ? rest : { ...rest, namespace: there };
}
