// What an export says of itself: its outputs, and what it leaves.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { listSome } from '../../../engine/index.ts';
import type { NotTaken } from './export-selection.ts';
import { groupBy } from './group-by.ts';
import type { NamedObject } from './recreation.ts';
import { namedObject } from './schemas.ts';

export const exportOutputs = Type.Object({
  artifact: Type.String({ description: 'Name of the artifact folder, for k8s.restore `from`' }),
  digest: Type.Optional(
    Type.String({ description: '"sha256:…" of the index; not known while planning' }),
  ),
  count: Type.Integer(),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'Objects of each kind' }),
  groups: Type.Record(Type.String(), Type.Integer(), { description: 'Objects of each group' }),
  objects: Type.Array(namedObject),
  notTaken: Type.Array(Type.Object({ object: Type.String(), because: Type.String() })),
});

export type ExportOutputs = Static<typeof exportOutputs>;

/** Without the digest, which only what was written has. */
export function outputsOf(
  artifact: string,
  files: readonly (NamedObject & { readonly group: string })[],
  notTaken: readonly NotTaken[],
): ExportOutputs {
  const count = (keyOf: (file: NamedObject & { readonly group: string }) => string) =>
    Object.fromEntries([...groupBy(files, keyOf)].map(([key, members]) => [key, members.length]));
  return {
    artifact,
    count: files.length,
    counts: count(({ kind }) => kind),
    groups: count(({ group }) => group),
    objects: files.map(({ apiVersion, kind, namespace, name }) => ({
      apiVersion,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
    })),
    notTaken: notTaken.map(({ object, because }) => ({ object, because })),
  };
}

/** Sentences for the plan: what is left, by reason. */
export function notesOf(notTaken: readonly NotTaken[]): readonly string[] {
  return [...groupBy(notTaken, ({ because }) => because)].map(
    ([because, left]) => `Not taken: ${listSome(left.map(({ object }) => object))} (${because})`,
  );
}
