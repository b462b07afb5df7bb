// The artifact of an export: one JSON file per object, and an index with the SHA-256 of each, written last: an artifact
// with an index is complete.

import { DrctlError } from '../../../engine/index.ts';
import type { ArtifactReader, Json, KeptArtifact, WriteContext } from '../../../engine/index.ts';
import type { ArtifactConsequence, DrPorts, KubeObject } from '../../ports.ts';
import type { NotTaken, TakenObject } from './export-selection.ts';
import { inParallel } from './in-parallel.ts';
import { jsonText, readJsonArtifact, writeJsonArtifact } from './json-artifacts.ts';
import { asJson, isJsonObject } from './json-tree.ts';
import {
  describeRef,
  digestText,
  groupOf,
  namespaceOf,
  refOf,
  withoutManagedFields,
} from './objects.ts';
import type { NamedObject } from './recreation.ts';
import { ownersOf } from './sanitize.ts';

const format = 1;
const filesAtOnce = 8;

export interface ExportedFile extends NamedObject {
  readonly group: string;
  /** Relative to the artifact. */
  readonly file: string;
  /** "sha256:…" of the file. */
  readonly digest: string;
  /** Identities of its owners on the cluster that it came from. */
  readonly owners: readonly string[];
}

interface ExportIndex {
  readonly format: 1;
  readonly objects: readonly ExportedFile[];
  readonly notTaken: readonly NotTaken[];
}

export function indexName(artifact: string): string {
  return `${artifact}/index.json`;
}

/** "sha256:…" of the index. Files of an earlier, unfinished attempt are replaced or left without meaning. */
export async function writeExport(
  ctx: WriteContext<DrPorts>,
  artifact: string,
  taken: readonly TakenObject[],
  notTaken: readonly NotTaken[],
): Promise<string> {
  let written = 0;
  const objects = await inParallel(taken, filesAtOnce, async ({ object, group }) => {
    const file = fileName(object, group);
    const content = withoutManagedFields(object);
    const digest = await writeJsonArtifact(ctx, `${artifact}/${file}`, content);
    written += 1;
    ctx.report({
      message: `Exporting ${describeRef(refOf(object))}`,
      done: written,
      total: taken.length,
      unit: 'objects',
    });
    return entryOf({ object, group }, file, digest);
  });
  const index: ExportIndex = { format, objects, notTaken };
  return writeJsonArtifact(ctx, indexName(artifact), asJson(index));
}

/** The same files, not written: what a restore is planned on. */
export function foreseenExport(
  artifact: string,
  taken: readonly TakenObject[],
  notTaken: readonly NotTaken[],
): readonly ArtifactConsequence[] {
  const files = taken.map((one) => {
    const file = fileName(one.object, one.group);
    const text = jsonText(withoutManagedFields(one.object));
    return { text, entry: entryOf(one, file, digestText(text)) };
  });
  const index: ExportIndex = { format, objects: files.map(({ entry }) => entry), notTaken };
  return [
    ...files.map(({ text, entry }) => artifactOf(`${artifact}/${entry.file}`, text)),
    artifactOf(indexName(artifact), jsonText(asJson(index))),
  ];
}

function artifactOf(name: string, text: string): ArtifactConsequence {
  return { kind: 'artifact', name, text };
}

function entryOf({ object, group }: TakenObject, file: string, digest: string): ExportedFile {
  const owners = ownersOf(object).map(({ uid }) => uid);
  return { ...refOf(object), group, file, digest, owners };
}

/** "references/Secret/clusters/pull-secret.json"; names that are no file names get a digest instead. */
function fileName(object: KubeObject, group: string): string {
  const apiGroup = groupOf(object.apiVersion);
  const kind = apiGroup === '' ? object.kind : `${object.kind}.${apiGroup}`;
  const { name } = object.metadata;
  const plain = /^[A-Za-z0-9._-]+$/.test(name) && name !== '..' && name !== '.';
  const safe = plain ? name : digestText(name).slice('sha256:'.length, 'sha256:'.length + 24);
  return `${group}/${kind}/${namespaceOf(object) ?? '_cluster'}/${safe}.json`;
}

/** undefined: there is no complete export. DATA_CORRUPT when it is not one of ours. */
export async function readIndex(
  artifacts: ArtifactReader,
  artifact: string,
): Promise<{ readonly index: ExportIndex; readonly digest: string } | undefined> {
  if ((await artifacts.stat(indexName(artifact))) === undefined) return undefined;
  const { value, digest } = await readJsonArtifact(artifacts, indexName(artifact));
  if (isIndex(value)) return { index: value as unknown as ExportIndex, digest };
  throw new DrctlError('DATA_CORRUPT', `${indexName(artifact)} is not the index of an export`);
}

function isIndex(value: Json): boolean {
  if (!isJsonObject(value) || value['format'] !== format) return false;
  const { objects, notTaken } = value;
  return isListOf(objects, isFile) && isListOf(notTaken, isJsonObject);
}

function isListOf(value: Json | undefined, is: (item: Json) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => is(item as Json));
}

function isFile(entry: Json): boolean {
  if (!isJsonObject(entry) || !isListOf(entry['owners'], (uid) => typeof uid === 'string')) {
    return false;
  }
  const texts = ['apiVersion', 'kind', 'name', 'group', 'file', 'digest'];
  return texts.every((name) => typeof entry[name] === 'string');
}

/** Every object, checked against the digest in the index: DATA_CORRUPT names the first that differs. */
export async function readExported(
  artifacts: ArtifactReader,
  artifact: string,
  files: readonly ExportedFile[],
): Promise<readonly KubeObject[]> {
  return inParallel(files, filesAtOnce, async (entry) => {
    const { value, digest } = await readJsonArtifact(artifacts, `${artifact}/${entry.file}`);
    if (digest === entry.digest) return value as KubeObject;
    throw new DrctlError(
      'DATA_CORRUPT',
      `${artifact}/${entry.file} is not what was exported: ${digest}, expected ${entry.digest}`,
      { hint: 'Export again, or take the file from a copy' },
    );
  });
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
        (content as unknown as ExportIndex).objects.map((entry) => ({
          name: `${artifact}/${entry.file}`,
          digest: entry.digest,
        })),
    },
  ];
}
