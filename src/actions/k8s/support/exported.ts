// The artifact of an export: files of many objects each, and an index with the SHA-256 of each file, written last: an
// artifact with an index is complete. A file is a v1 List with an object on each line, so that people can search it, and
// kubectl can read it. One file per object, as format 1 had it, takes the disk ten times as long as the server.

import { DrctlError } from '../../../engine/index.ts';
import type { ArtifactReader, Json, KeptArtifact } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import type { NotTaken } from './export-selection.ts';
import { inParallel } from './in-parallel.ts';
import { readJsonArtifact } from './json-artifacts.ts';
import { isJsonObject } from './json-tree.ts';
import { keyOf, refOf } from './objects.ts';
import type { NamedObject } from './recreation.ts';

/** Each holds some MiB of text. */
const filesAtOnce = 4;

export interface ExportedObject extends NamedObject {
  readonly group: string;
  /** Which file of the index holds it. */
  readonly file: string;
  /** Identities of its owners on the cluster that it came from. */
  readonly owners: readonly string[];
}

export interface ExportedFile {
  /** Relative to the artifact. */
  readonly file: string;
  /** "sha256:…" of its bytes. */
  readonly digest: string;
}

export interface ExportIndex {
  readonly format: 2;
  readonly files: readonly ExportedFile[];
  /** Ordered by group, kind, namespace and name. */
  readonly objects: readonly ExportedObject[];
  readonly notTaken: readonly NotTaken[];
}

export function indexName(artifact: string): string {
  return `${artifact}/index.json`;
}

/** undefined: there is no complete export. DATA_CORRUPT when it is not one of ours. */
export async function readIndex(
  artifacts: ArtifactReader,
  artifact: string,
): Promise<{ readonly index: ExportIndex; readonly digest: string } | undefined> {
  if ((await artifacts.stat(indexName(artifact))) === undefined) return undefined;
  const { value, digest } = await readJsonArtifact(artifacts, indexName(artifact));
  const index = indexOf(value);
  if (index !== undefined) return { index, digest };
  throw new DrctlError('DATA_CORRUPT', `${indexName(artifact)} is not the index of an export`);
}

/** Of either format: in the first one every object has a file of its own, with its digest. */
function indexOf(value: Json): ExportIndex | undefined {
  if (!isJsonObject(value)) return undefined;
  const { format, objects, notTaken } = value;
  const files = format === 1 ? objects : value['files'];
  const isOne =
    (format === 1 || format === 2) &&
    isListOf(files, hasTexts('file', 'digest')) &&
    isListOf(objects, isExportedObject) &&
    isListOf(notTaken, isJsonObject);
  if (!isOne) return undefined;
  return {
    format: 2,
    files: (files as unknown as readonly ExportedFile[]).map(({ file, digest }) => ({
      file,
      digest,
    })),
    objects: objects as unknown as readonly ExportedObject[],
    notTaken: notTaken as unknown as readonly NotTaken[],
  };
}

function isListOf(value: Json | undefined, is: (item: Json) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => is(item as Json));
}

function hasTexts(...names: readonly string[]): (item: Json) => boolean {
  return (item) => isJsonObject(item) && names.every((name) => typeof item[name] === 'string');
}

function isExportedObject(entry: Json): boolean {
  return (
    hasTexts('apiVersion', 'kind', 'name', 'group', 'file')(entry) &&
    isListOf((entry as { owners?: Json }).owners, (uid) => typeof uid === 'string')
  );
}

/**
 * These objects of the index, in this order. Each file is checked against its digest: DATA_CORRUPT names the first that
 * differs, or that does not hold what the index says.
 */
export async function readExported(
  artifacts: ArtifactReader,
  artifact: string,
  index: ExportIndex,
  wanted: readonly ExportedObject[],
): Promise<readonly KubeObject[]> {
  const needed = new Set(wanted.map(({ file }) => file));
  const keys = new Set(wanted.map(keyOf));
  const found = new Map<string, KubeObject>();
  const files = index.files.filter(({ file }) => needed.has(file));
  await inParallel(files, filesAtOnce, async ({ file, digest: expected }) => {
    const name = `${artifact}/${file}`;
    const { value, digest } = await readJsonArtifact(artifacts, name);
    if (digest !== expected) {
      throw new DrctlError(
        'DATA_CORRUPT',
        `${name} is not what was exported: ${digest}, expected ${expected}`,
        { hint: 'Export again, or take the file from a copy' },
      );
    }
    for (const object of objectsIn(value)) {
      const key = `${file} ${keyOf(refOf(object))}`;
      if (keys.has(keyOf(refOf(object)))) found.set(key, object);
    }
  });
  return wanted.map((entry) => {
    const object = found.get(`${entry.file} ${keyOf(entry)}`);
    if (object !== undefined) return object;
    throw new DrctlError(
      'DATA_CORRUPT',
      `${artifact}/${entry.file} does not hold ${keyOf(entry)}, as its index says`,
    );
  });
}

function objectsIn(value: Json): readonly KubeObject[] {
  if (!isJsonObject(value)) return [];
  const items = value['kind'] === 'List' ? value['items'] : [value];
  return Array.isArray(items) ? (items as readonly Json[]).filter(isKubeObject) : [];
}

function isKubeObject(value: Json): value is KubeObject {
  return hasTexts('apiVersion', 'kind')(value) && hasTexts('name')((value as KubeObject).metadata);
}

/** In format 1 every object has a file of its own. */
interface FirstIndex {
  readonly format: 1;
  readonly objects: readonly ExportedFile[];
}

function filesOf(index: ExportIndex | FirstIndex): readonly ExportedFile[] {
  return index.format === 1 ? index.objects : index.files;
}

/** The index of a finished export, and by it every exported file. */
export function keptExport(
  outputs: { readonly artifact: string; readonly digest?: string | undefined } | null,
): readonly KeptArtifact[] {
  if (outputs?.digest === undefined) return [];
  const { artifact, digest } = outputs;
  return [
    {
      name: indexName(artifact),
      digest,
      listed: (content) =>
        filesOf(content as unknown as ExportIndex | FirstIndex).map((one) => ({
          name: `${artifact}/${one.file}`,
          digest: one.digest,
        })),
    },
  ];
}
