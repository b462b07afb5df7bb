// What deleting needs. Freeing a namespace from the finalizers of what is left in it is the one thing here that cannot be
// made narrow: which kinds hold it is known only when it hangs, and by then the roles in the namespace are gone.

import { everyKind, isUnknown, known, mayBe } from '../../../engine/index.ts';
import type { ActionPermissions, Foreseen, KubernetesPermission } from '../../../engine/index.ts';
import { isNamespace } from './objects.ts';
import {
  contentsOfNamespace,
  may,
  mayOwnBy,
  maySelect,
  mayWatch,
  selectedPlaces,
} from './permissions.ts';
import type { ForeseenSelection, Place } from './permissions.ts';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

type ForeseenDelete = ForeseenSelection & {
  readonly target: string;
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly kinds?: Foreseen<readonly Kind[]>;
  readonly finalizers?: string;
  readonly contents?: string;
};

export function deletePermissions(wanted: ForeseenDelete): ActionPermissions {
  const places = kindsOf(wanted).flatMap((kind) =>
    selectedPlaces({ ...kind, target: wanted.target }, wanted),
  );
  const strips = mayBe(wanted.finalizers ?? 'keep', 'remove');
  return {
    carryOut: [
      ...maySelect(wanted, places),
      ...may(['get', 'delete', ...(strips ? ['patch'] : [])], ...places),
      ...mayWatch(wanted, places),
      ...places.filter(mayBeNamespace).flatMap((one) => withContents(wanted, one)),
    ],
    // What is owned gets its owners back where they were deleted with it. Others are looked up too, and left out where that
    // is denied.
    undo: [...may(['get', 'create', 'patch', 'list', 'watch'], ...places), ...mayOwnBy(...places)],
  };
}

function kindsOf({ apiVersion, kind, kinds }: ForeseenDelete): readonly Kind[] {
  if (kinds === undefined) {
    return [{ apiVersion: apiVersion ?? everyKind.apiVersion, kind: kind ?? everyKind.kind }];
  }
  return known(kinds)?.map((one) => (isUnknown(one) ? everyKind : one)) ?? [everyKind];
}

function mayBeNamespace(one: Place): boolean {
  return isNamespace(one) || one.kind === '*';
}

/** What is in it is counted, and asked whether it holds a hosted cluster; with `contents` it is freed. */
function withContents(
  { contents }: ForeseenDelete,
  { target, name }: Place,
): readonly KubernetesPermission[] {
  const inside = contentsOfNamespace(target, name);
  const counts = may(['list'], inside);
  if (!mayBe(contents ?? 'keepFinalizers', 'removeFinalizers')) return counts;
  return [...counts, ...may(['list', 'patch'], { ...inside, outlivesNamespace: true })];
}
