/*
 * What the server knows of one resource in one version: names, scope, verbs and subresources. Built-in
 * kinds come from a table, custom ones from their CustomResourceDefinition; everything else treats them alike.
 */
import { apiVersionOf } from './objects.ts';
import type { SchemaNode } from './schema-node.ts';

/** Where the scale subresource finds its numbers; dotted JSON paths as in a CRD. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string | undefined;
}

/** additionalPrinterColumns[] of a CRD. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description?: string | undefined;
  readonly format?: string | undefined;
  readonly priority?: number | undefined;
}

/** Where a webhook answers, and the authority (PEM) of its certificate. */
export interface WebhookTarget {
  readonly url: string;
  readonly ca: string;
}

/** One resource as served in one version. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Objects are stored per group and plural, whatever version they are read in. */
  readonly storageKey: string;
  readonly storageVersion: string;
  readonly builtin: boolean;
  readonly hasStatus: boolean;
  /** metadata.generation counts changes outside metadata and status. */
  readonly hasGeneration: boolean;
  readonly scale?: ScalePaths | undefined;
  readonly columns?: readonly PrinterColumn[] | undefined;
  readonly schema?: SchemaNode | undefined;
  /** Of every version, by apiVersion. */
  readonly schemas?: ReadonlyMap<string, SchemaNode> | undefined;
  /** Who converts between the versions; without it they differ in nothing but their names. */
  readonly conversion?: WebhookTarget | undefined;
  /** A review is answered, never stored: only `create` exists. */
  readonly review?: boolean;
}

/** All verbs of a stored resource, in the order discovery lists them. */
export const storedVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** The type's own apiVersion, for instance "apps/v1". */
export function apiVersion(type: ResourceType): string {
  return apiVersionOf(type.group, type.version);
}

/** Key of a resource in the storage. */
export function storageKeyOf(group: string, plural: string): string {
  return `${group}/${plural}`;
}
