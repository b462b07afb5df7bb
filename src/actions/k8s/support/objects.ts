// What is said and asked about single Kubernetes objects.

import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../../engine/index.ts';
import type { KubeObject, ObjectRef } from '../../ports.ts';
import { isJsonObject } from './json-tree.ts';

export function namespaceOf(object: KubeObject): string | undefined {
  const namespace = object.metadata['namespace'];
  return typeof namespace === 'string' ? namespace : undefined;
}

/** Empty for an object that no server has seen yet. */
export function uidOf(object: KubeObject): string {
  const uid = object.metadata['uid'];
  return typeof uid === 'string' ? uid : '';
}

export function refOf(object: KubeObject): ObjectRef {
  const namespace = namespaceOf(object);
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name: object.metadata.name,
  };
}

/** "NodePool clusters/np-1". */
export function describeRef(ref: {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}): string {
  return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
}

export function describeObject(object: KubeObject): string {
  return describeRef(refOf(object));
}

/** "" for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Whether a kind named in a runbook ("group/*", or a version) means this object. */
export function isOfKind(
  object: KubeObject,
  wanted: { readonly apiVersion?: string; readonly kind?: string },
): boolean {
  return (
    (wanted.kind === undefined || wanted.kind === object.kind) &&
    (wanted.apiVersion === undefined || groupOf(wanted.apiVersion) === groupOf(object.apiVersion))
  );
}

/** A key that is the same in every version of the kind: "NodePool.hypershift.openshift.io clusters/np-1". */
export function keyOf(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion);
  return describeRef({ ...ref, kind: group === '' ? ref.kind : `${ref.kind}.${group}` });
}

export function isSecret(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return object.kind === 'Secret' && groupOf(object.apiVersion) === '';
}

export function isNamespace(object: {
  readonly apiVersion: string;
  readonly kind: string;
}): boolean {
  return object.kind === 'Namespace' && groupOf(object.apiVersion) === '';
}

export function listAt(object: KubeObject, field: string): readonly Json[] {
  const list = object.metadata[field];
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export function digestText(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const copyOfLastApply = 'kubectl.kubernetes.io/last-applied-configuration';

/** The data of a Secret as digests, kubectl's copy of it left out; other kinds as they are. */
export function hideSecretData(object: KubeObject): KubeObject {
  if (!isSecret(object)) return object;
  const hidden: Record<string, Json> = { ...object };
  for (const field of ['data', 'stringData']) {
    const data = object[field];
    if (isJsonObject(data)) hidden[field] = digestValues(data);
  }
  const annotations = object.metadata['annotations'];
  if (isJsonObject(annotations) && copyOfLastApply in annotations) {
    const { [copyOfLastApply]: _, ...others } = annotations;
    hidden['metadata'] = { ...object.metadata, annotations: others };
  }
  return hidden as unknown as KubeObject;
}

function digestValues(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      digestText(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
  );
}

/** As outputs show an object. */
export function shownObject(object: KubeObject): KubeObject {
  return hideSecretData(withoutManagedFields(object));
}
