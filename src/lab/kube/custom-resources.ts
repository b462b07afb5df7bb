/*
 * CustomResourceDefinitions as data: which resources a CRD serves, and what the server fills in when one is
 * stored. Pure; the controller that follows the store is definition-controller.ts.
 */
import {
  apiVersionOf,
  copy,
  isMap,
  listAt,
  mapAt,
  stringAt,
  type Json,
  type JsonObject,
  type KubeObject,
} from './objects.ts';
import {
  storageKeyOf,
  type PrinterColumn,
  type ResourceType,
  type ScalePaths,
  type WebhookTarget,
} from './resource-type.ts';
import type { SchemaNode } from './schema-node.ts';

export const definitionsKey = 'apiextensions.k8s.io/customresourcedefinitions';
/** Keeps a CRD under deletion until its last object is gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** The resources a CRD serves, one per served version. */
export function servedTypes(crd: KubeObject): readonly ResourceType[] {
  const spec = crd.spec ?? {};
  const group = stringAt(spec, 'group') ?? '';
  const names = mapAt(spec, 'names') ?? {};
  const kind = stringAt(names, 'kind') ?? '';
  const plural = stringAt(names, 'plural') ?? '';
  const versions = listAt(spec, 'versions').filter(isMap);
  const stored = versions.find((version) => version['storage'] === true);
  const schemas = new Map(
    versions.map((version) => [
      apiVersionOf(group, stringAt(version, 'name') ?? ''),
      schemaOf(version) ?? {},
    ]),
  );
  const conversion = conversionWebhook(spec);
  return versions
    .filter((version) => version['served'] === true)
    .map((version) => ({
      group,
      version: stringAt(version, 'name') ?? '',
      kind,
      listKind: stringAt(names, 'listKind') ?? `${kind}List`,
      plural,
      singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
      namespaced: spec['scope'] !== 'Cluster',
      shortNames: listAt(names, 'shortNames').map(String),
      categories: listAt(names, 'categories').map(String),
      storageKey: storageKeyOf(group, plural),
      storageVersion: stringAt(stored, 'name') ?? '',
      builtin: false,
      hasStatus: mapAt(mapAt(version, 'subresources'), 'status') !== undefined,
      hasGeneration: true,
      scale: mapAt(mapAt(version, 'subresources'), 'scale') as ScalePaths | undefined,
      columns: printerColumns(version),
      schema: schemaOf(version),
      schemas,
      conversion,
    }));
}

function schemaOf(version: JsonObject): SchemaNode | undefined {
  return mapAt(mapAt(version, 'schema'), 'openAPIV3Schema');
}

/** A webhook behind a Service is none that this server could reach. */
function conversionWebhook(spec: JsonObject): WebhookTarget | undefined {
  const config = mapAt(mapAt(mapAt(spec, 'conversion'), 'webhook'), 'clientConfig');
  const url = stringAt(config, 'url');
  if (url === undefined) return undefined;
  return { url, ca: Buffer.from(stringAt(config, 'caBundle') ?? '', 'base64').toString('utf8') };
}

function printerColumns(version: JsonObject): readonly PrinterColumn[] {
  const columns = listAt(version, 'additionalPrinterColumns') as unknown as PrinterColumn[];
  if (columns.length > 0) return columns;
  return [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
}

/** Fills in what a CRD may leave out, and the status of one whose names are accepted. Changes its argument. */
export function applyDefinitionDefaults(crd: KubeObject): void {
  const spec = (crd.spec ??= {});
  const names = mapAt(spec, 'names');
  const kind = stringAt(names, 'kind') ?? '';
  if (names !== undefined) {
    names['singular'] ??= kind.toLowerCase();
    names['listKind'] ??= `${kind}List`;
  }
  spec['conversion'] ??= { strategy: 'None' };
  const { metadata } = crd;
  const finalizers = metadata.finalizers ?? [];
  if (metadata.deletionTimestamp === undefined && !finalizers.includes(cleanupFinalizer)) {
    metadata.finalizers = [...finalizers, cleanupFinalizer];
  }
  establish(crd);
}

/** The lab's CRDs never compete for names, so every one is established at once. */
function establish(crd: KubeObject): void {
  const at = crd.metadata.creationTimestamp ?? null;
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: at,
  });
  const status = (crd.status ??= {});
  const versions = listAt(crd.spec, 'versions').filter(isMap);
  const storage =
    stringAt(
      versions.find((version) => version['storage'] === true),
      'name',
    ) ?? '';
  const known = listAt(status, 'storedVersions');
  status['acceptedNames'] = copy(crd.spec?.['names'] ?? {});
  status['conditions'] ??= [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
  ] as Json[];
  status['storedVersions'] = known.includes(storage) ? [...known] : [...known, storage];
}
