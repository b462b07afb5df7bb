// Objects → the files of an export, a bounded part of them in memory at a time.

import type { ArtifactConsequence } from '../../ports.ts';
import type { NotTaken, TakenObject } from './export-selection.ts';
import { indexName } from './exported.ts';
import type { ExportIndex, ExportedObject } from './exported.ts';
import { jsonText } from './json-artifacts.ts';
import { asJson } from './json-tree.ts';
import { digestText, groupOf, keyOf, refOf, uidOf, withoutManagedFields } from './objects.ts';
import { ownersOf } from './sanitize.ts';

/** Of all files that are being collected; what has grown longest is put away. Far below what a file may be for reading. */
const maxHeldChars = 4 * 1024 * 1024;

interface PackedFile {
  /** Relative to the artifact: "objects/Secret.json", "objects/Secret.2.json". */
  readonly file: string;
  readonly text: string;
}

/** What is left of each object once its text is put away. */
export interface PackedObject extends ExportedObject {
  readonly uid: string;
}

interface Collected {
  readonly file: string;
  lines: string[];
  chars: number;
}

/** The files as they fill up. What they hold is in the answer, in the order of an index. */
async function* packedFiles(
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
): AsyncGenerator<PackedFile, Packed> {
  const open = new Map<string, Collected>();
  const parts = new Map<string, number>();
  const objects: PackedObject[] = [];
  let held = 0;
  const close = (name: string): PackedFile => {
    const { file, lines, chars } = open.get(name) as Collected;
    open.delete(name);
    held -= chars;
    return { file, text: `{"apiVersion":"v1","kind":"List","items":[\n${lines.join(',\n')}\n]}\n` };
  };
  let next = await taken.next();
  for (; next.done !== true; next = await taken.next()) {
    const { object, group } = next.value;
    const name = nameOf(next.value);
    const collected = open.get(name) ?? { file: nextPart(parts, name), lines: [], chars: 0 };
    const line = JSON.stringify(withoutManagedFields(object));
    collected.lines.push(line);
    collected.chars += line.length;
    held += line.length;
    open.set(name, collected);
    const owners = ownersOf(object).map(({ uid }) => uid);
    objects.push({ ...refOf(object), group, file: collected.file, owners, uid: uidOf(object) });
    if (held > maxHeldChars) yield close(longestOf(open));
  }
  for (const name of open.keys()) yield close(name);
  return { objects: inOrder(objects), notTaken: next.value };
}

export interface Packed {
  readonly objects: readonly PackedObject[];
  readonly notTaken: readonly NotTaken[];
}

function nameOf({ object, group }: TakenObject): string {
  const apiGroup = groupOf(object.apiVersion);
  return `${group}/${apiGroup === '' ? object.kind : `${object.kind}.${apiGroup}`}`;
}

function nextPart(parts: Map<string, number>, name: string): string {
  const part = (parts.get(name) ?? 0) + 1;
  parts.set(name, part);
  return part === 1 ? `${name}.json` : `${name}.${part}.json`;
}

function longestOf(open: ReadonlyMap<string, Collected>): string {
  const [first = ''] = [...open].sort(([, a], [, b]) => b.chars - a.chars).map(([name]) => name);
  return first;
}

function inOrder(objects: readonly PackedObject[]): readonly PackedObject[] {
  return objects
    .map((object) => ({ object, key: `${object.group} ${keyOf(object)}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ object }) => object);
}

/** The same files, not written: what a restore is planned on. */
export async function foreseenExport(
  artifact: string,
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
): Promise<Packed & { readonly files: readonly ArtifactConsequence[] }> {
  const files: ArtifactConsequence[] = [];
  const { objects, notTaken } = await writeExport(artifact, taken, async (name, text) => {
    files.push({ kind: 'artifact', name, text });
    return digestText(text);
  });
  return { objects, notTaken, files };
}

/**
 * Puts them away, the index last; `put` gives the digest of what it was given, and the answer has that of the index. Files
 * of an earlier, unfinished attempt are replaced or left without meaning.
 */
export async function writeExport(
  artifact: string,
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
  put: (name: string, text: string) => Promise<string>,
): Promise<Packed & { readonly digest: string }> {
  const files: ExportIndex['files'][number][] = [];
  const packing = packedFiles(taken);
  let next = await packing.next();
  for (; next.done !== true; next = await packing.next()) {
    const { file, text } = next.value;
    files.push({ file, digest: await put(`${artifact}/${file}`, text) });
  }
  const { objects, notTaken } = next.value;
  const index: ExportIndex = {
    format: 2,
    files,
    objects: objects.map(({ uid: _uid, ...object }) => object),
    notTaken,
  };
  const digest = await put(indexName(artifact), jsonText(asJson(index)));
  return { objects, notTaken, digest };
}
