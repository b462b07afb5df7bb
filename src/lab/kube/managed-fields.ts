/*
 * Who owns which fields (metadata.managedFields): read, moved between managers as objects are written,
 * and written back. Ownership never makes a plain update fail; only server-side apply asks about conflicts.
 */
import {
  compareFields,
  difference,
  fromFieldsV1,
  isEmptySet,
  toFieldsV1,
  union,
  type FieldSet,
} from './field-set.ts';
import { isMap, type JsonObject, type KubeObject, type ManagedFieldsEntry } from './objects.ts';
import type { TypeView } from './type-view.ts';

/** One manager with the fields it owns. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Who writes, and how. */
export type Writer = Omit<Owner, 'fields'>;

/** The owners an object's managedFields name. Entries that make no sense are dropped, as a real server does. */
export function readOwners(entries: readonly ManagedFieldsEntry[] | undefined): readonly Owner[] {
  return (entries ?? [])
    .filter((entry) => isMap(entry.fieldsV1))
    .map((entry) => ({
      manager: entry.manager ?? '',
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      subresource: entry.subresource ?? '',
      time: entry.time ?? '',
      fields: fromFieldsV1(entry.fieldsV1),
    }));
}

/** managedFields for these owners: appliers first, then by time. Owners of nothing are left out. */
export function writeOwners(owners: readonly Owner[]): ManagedFieldsEntry[] {
  return owners
    .filter((owner) => !isEmptySet(owner.fields))
    .sort(
      (left, right) =>
        left.operation.localeCompare(right.operation) ||
        left.time.localeCompare(right.time) ||
        left.manager.localeCompare(right.manager),
    )
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      manager,
      operation,
      ...(subresource === '' ? {} : { subresource }),
      time,
    }));
}

/** Appliers are one manager whatever the version; updaters are told apart by version and subresource. */
export function isSameManager(left: Writer, right: Writer): boolean {
  return (
    left.manager === right.manager &&
    left.operation === right.operation &&
    left.subresource === right.subresource &&
    (left.operation === 'Apply' || left.apiVersion === right.apiVersion)
  );
}

/** Metadata that the server manages and nobody owns. */
const unownedMeta = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** The part of an object whose fields can be owned. */
export function ownable(object: KubeObject | undefined): JsonObject {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object ?? { metadata: {} };
  const meta = Object.fromEntries(
    Object.entries(metadata ?? {}).filter(([name]) => !unownedMeta.has(name)),
  ) as JsonObject;
  return { ...(rest as JsonObject), ...(Object.keys(meta).length > 0 ? { metadata: meta } : {}) };
}

/** The owners after a plain write: the writer takes what it changed, what is gone belongs to nobody. */
export function ownersAfterUpdate(
  owners: readonly Owner[],
  { before, after }: { before: KubeObject | undefined; after: KubeObject },
  writer: Writer,
  view: TypeView,
): readonly Owner[] {
  const { written, removed } = compareFields(ownable(before), ownable(after), view);
  const lost = union(written, removed);
  if (isEmptySet(lost)) return owners;
  const kept = owners.map((owner) => ({
    ...owner,
    fields: isSameManager(owner, writer)
      ? difference(owner.fields, removed)
      : difference(owner.fields, lost),
  }));
  if (isEmptySet(written)) return kept;
  const own = kept.find((owner) => isSameManager(owner, writer));
  const fields = own === undefined ? written : union(own.fields, written);
  return [
    ...kept.filter((owner) => owner !== own),
    { ...writer, fields: { member: false, children: withoutMetadataMark(fields.children) } },
  ];
}

/** metadata is part of every object, not something somebody brought into being. */
function withoutMetadataMark(children: FieldSet['children']): FieldSet['children'] {
  const metadata = children.get('f:metadata');
  if (metadata === undefined) return children;
  return new Map([...children, ['f:metadata', { ...metadata, member: false }]]);
}
