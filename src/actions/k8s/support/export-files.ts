// Objects → the files of an export, a bounded part of them in memory at a time.

import type { ArtifactConsequence } from '../../ports.ts';
import type { NotTaken, TakenObject } from './export-selection.ts';
import { indexName } from './exported.ts';
import type { ExportIndex, ExportedObject } from './exported.ts';
import { createCollectedText } from './collected-text.ts';
import type { CollectedText } from './collected-text.ts';
import { digestText, groupOf, keyOf, refOf, uidOf, withoutManagedFields } from './objects.ts';
import type { NamedObject } from './recreation.ts';
import { ownersOf } from './sanitize.ts';

/** Of all files that are being collected; what has grown longest is put away. Far below what a file may be for reading. */
const maxHeldBytes = 4 * 1024 * 1024;

const noOwners: readonly string[] = [];

/** What an export takes, and what it leaves. */
export interface Taken<T> {
  /** In the order of an index. */
  readonly objects: readonly T[];
  readonly notTaken: readonly NotTaken[];
}

/** Puts a file away and gives the digest of what it was given, which is its only while it works. */
type PutFile = (name: string, chunks: readonly Uint8Array[]) => Promise<string>;

interface PackedFile {
  /** Relative to the artifact: "objects/Secret.json", "objects/Secret.2.json". */
  readonly file: string;
  /** Until the next one is asked for. */
  readonly chunks: readonly Uint8Array[];
}

interface Collected {
  readonly file: string;
  readonly text: CollectedText;
}

/** The files as they fill up. What they hold is in the answer. */
async function* packedFiles(
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
): AsyncGenerator<PackedFile, Taken<ExportedObject>> {
  const open = new Map<string, Collected>();
  const parts = new Map<string, number>();
  const objects: ExportedObject[] = [];
  let spare: CollectedText | undefined;
  let held = 0;
  const begin = (name: string): Collected => {
    const text = spare ?? createCollectedText();
    spare = undefined;
    text.append('{"apiVersion":"v1","kind":"List","items":[');
    const collected = { file: nextPart(parts, name), text };
    open.set(name, collected);
    return collected;
  };
  const end = ({ file, text }: Collected): PackedFile => {
    text.append('\n]}\n');
    return { file, chunks: text.chunks() };
  };
  let next = await taken.next();
  for (; next.done !== true; next = await taken.next()) {
    const { object, group } = next.value;
    const name = nameOf(next.value);
    const known = open.get(name);
    const before = known?.text.sizeBytes ?? 0;
    const { file, text } = known ?? begin(name);
    text.append(known === undefined ? '\n' : ',\n');
    text.append(JSON.stringify(withoutManagedFields(object)));
    held += text.sizeBytes - before;
    const owners = ownersOf(object).map(({ uid }) => uid);
    objects.push({
      ...refOf(object),
      group,
      file,
      owners: owners.length === 0 ? noOwners : owners,
    });
    if (held <= maxHeldBytes) continue;
    const [longest, collected] = longestOf(open);
    held -= collected.text.sizeBytes;
    yield end(collected);
    collected.text.clear();
    spare = collected.text;
    open.delete(longest);
  }
  for (const collected of open.values()) yield end(collected);
  return { objects: inOrder(objects), notTaken: next.value };
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

function longestOf(open: ReadonlyMap<string, Collected>): readonly [string, Collected] {
  return [...open].reduce((one, other) =>
    other[1].text.sizeBytes > one[1].text.sizeBytes ? other : one,
  );
}

function inOrder<T extends NamedObject & { readonly group: string }>(
  objects: readonly T[],
): readonly T[] {
  const placeOf = (object: T): string => `${object.group} ${keyOf(object)}`;
  // Servers list in this order, so that the many objects of one kind need no keys to be sorted by.
  let last = '';
  const isInOrder = objects.every((object) => {
    const before = last;
    last = placeOf(object);
    return before <= last;
  });
  if (isInOrder) return objects;
  return objects
    .map((object) => ({ object, place: placeOf(object) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ object }) => object);
}

export type FoundObject = NamedObject & { readonly group: string; readonly uid: string };

/** What would be in the files, without their text. */
export async function foundForExport(
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
): Promise<Taken<FoundObject>> {
  const objects: FoundObject[] = [];
  const noting = noted(taken, objects);
  let next = await noting.next();
  while (next.done !== true) next = await noting.next();
  return { objects: inOrder(objects), notTaken: next.value };
}

/** The same files, not written: what a restore is planned on. All of them are held, each once. */
export async function foreseenExport(
  artifact: string,
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
): Promise<Taken<FoundObject> & { readonly files: readonly ArtifactConsequence[] }> {
  const objects: FoundObject[] = [];
  const files: ArtifactConsequence[] = [];
  const { notTaken } = await writeExport(artifact, noted(taken, objects), async (name, chunks) => {
    const bytes = Buffer.concat(chunks);
    files.push({ kind: 'artifact', name, bytes });
    return digestText(bytes);
  });
  return { objects: inOrder(objects), notTaken, files };
}

async function* noted(
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
  objects: FoundObject[],
): AsyncGenerator<TakenObject, readonly NotTaken[]> {
  let next = await taken.next();
  for (; next.done !== true; next = await taken.next()) {
    const { object, group } = next.value;
    objects.push({ ...refOf(object), group, uid: uidOf(object) });
    yield next.value;
  }
  return next.value;
}

/**
 * Puts them away, the index last; the answer has the digest of the index. Files of an earlier, unfinished attempt are
 * replaced or left without meaning.
 */
export async function writeExport(
  artifact: string,
  taken: AsyncGenerator<TakenObject, readonly NotTaken[]>,
  put: PutFile,
): Promise<Taken<ExportedObject> & { readonly digest: string }> {
  const files: ExportIndex['files'][number][] = [];
  const packing = packedFiles(taken);
  let next = await packing.next();
  for (; next.done !== true; next = await packing.next()) {
    const { file, chunks } = next.value;
    files.push({ file, digest: await put(`${artifact}/${file}`, chunks) });
  }
  const digest = await put(indexName(artifact), indexChunks(files, next.value));
  return { ...next.value, digest };
}

/** As JSON.stringify(index, null, 2) gives it, an object at a time. */
function indexChunks(
  files: ExportIndex['files'],
  { objects, notTaken }: Taken<ExportedObject>,
): readonly Uint8Array[] {
  const text = createCollectedText();
  const list = (name: string, items: readonly object[]): void => {
    text.append(`,\n  "${name}": [`);
    for (const [index, item] of items.entries()) {
      text.append(index === 0 ? '\n    ' : ',\n    ');
      text.append(JSON.stringify(item, null, 2).replaceAll('\n', '\n    '));
    }
    text.append(items.length === 0 ? ']' : '\n  ]');
  };
  text.append('{\n  "format": 2');
  list('files', files);
  list('objects', objects);
  list('notTaken', notTaken);
  text.append('\n}\n');
  return text.chunks();
}
