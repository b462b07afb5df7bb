// Manifests of k8s.apply: inline, from a file or a folder; several documents and Lists in one file; every object of a
// namespaced kind gets the step's namespace where it names none.

import { parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { DrctlError, isNestedTooDeeply } from '../../../engine/index.ts';
import type { Json, JsonObject } from '../../../engine/index.ts';
import type { FileReader, KubeObject } from '../../ports.ts';
import { isJsonObject } from './json-tree.ts';
import { isNamespace } from './objects.ts';

export interface ManifestParams {
  readonly manifests?: readonly JsonObject[];
  readonly file?: string;
  readonly folder?: string;
}

const maxManifests = 2_000;

/** Namespaces and CustomResourceDefinitions first, the rest as written. Throws PARAMS_INVALID, FILE_UNREADABLE. */
export async function readManifests(
  wanted: ManifestParams,
  files: FileReader,
): Promise<readonly KubeObject[]> {
  const ways = [wanted.manifests, wanted.file, wanted.folder].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new DrctlError('PARAMS_INVALID', 'Give exactly one of manifests, file and folder');
  }
  const documents = await documentsOf(wanted, files);
  const objects = documents.flatMap(({ value, from }) => objectsOf(value, from));
  if (objects.length > maxManifests) {
    throw new DrctlError('PARAMS_INVALID', `More than ${maxManifests} manifests`);
  }
  if (objects.length === 0) {
    throw new DrctlError(
      'SELECTION_EMPTY',
      `No manifest in ${wanted.file ?? wanted.folder ?? 'manifests'}`,
    );
  }
  return [...objects.filter(isEarly), ...objects.filter((object) => !isEarly(object))];
}

function isEarly(object: KubeObject): boolean {
  return isNamespace(object) || object.kind === 'CustomResourceDefinition';
}

interface ManifestDocument {
  readonly value: Json;
  readonly from: string;
}

async function documentsOf(
  wanted: ManifestParams,
  files: FileReader,
): Promise<readonly ManifestDocument[]> {
  if (wanted.manifests !== undefined) {
    return wanted.manifests.map((value, index) => ({ value, from: `manifests[${index}]` }));
  }
  const paths: string[] = [];
  if (wanted.file !== undefined) paths.push(wanted.file);
  if (wanted.folder !== undefined) {
    const names = await files.list(wanted.folder);
    for (const name of names) {
      if (/\.(ya?ml|json)$/.test(name)) paths.push(`${wanted.folder}/${name}`);
    }
  }
  const documents: ManifestDocument[] = [];
  for (const path of paths) documents.push(...parseDocuments(await files.readText(path), path));
  return documents;
}

function parseDocuments(text: string, path: string): readonly ManifestDocument[] {
  if (isNestedTooDeeply(text)) {
    throw new DrctlError('PARAMS_INVALID', `${path} is nested too deeply to be read`);
  }
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new DrctlError('PARAMS_INVALID', `${path}: ${error.message}`, { cause: error });
    }
    const value = valueOf(document, path);
    return value === null ? [] : [{ value, from: path }];
  });
}

/** An alias that grows without bounds is refused by the parser only here. */
function valueOf(document: Document.Parsed, path: string): Json {
  try {
    return document.toJS() as Json;
  } catch (cause) {
    throw new DrctlError('PARAMS_INVALID', `${path} cannot be read as YAML`, { cause });
  }
}

function objectsOf(value: Json, from: string): readonly KubeObject[] {
  if (isJsonObject(value) && value['kind'] === 'List' && Array.isArray(value['items'])) {
    return (value['items'] as readonly Json[]).flatMap((item) => objectsOf(item, from));
  }
  if (isManifest(value)) return [value];
  throw new DrctlError('PARAMS_INVALID', `${from} is not a Kubernetes object`, {
    hint: 'It needs apiVersion, kind and metadata.name',
  });
}

function isManifest(value: Json): value is KubeObject {
  if (!isJsonObject(value)) return false;
  const { apiVersion, kind, metadata } = value;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    isJsonObject(metadata) &&
    typeof metadata['name'] === 'string'
  );
}
