/*
 * The version an object is in: as it is stored, and as a request speaks of it. A built-in kind, or one whose definition
 * names no webhook, only changes its apiVersion.
 */
import type { Cluster } from './cluster.ts';
import { apiVersionOf, type JsonObject, type KubeObject } from './objects.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import { applySchemaDefaults, pruneUnknownFields } from './structural-schema.ts';

/** The stored object in the version a request speaks. Throws NeedsConversion. */
export function inVersion(cluster: Cluster, type: ResourceType, stored: KubeObject): KubeObject {
  return convertTo(cluster, type, stored, apiVersion(type));
}

/** The object in the version it is stored in. Throws NeedsConversion. */
export function asStored(cluster: Cluster, type: ResourceType, object: KubeObject): KubeObject {
  if (type.builtin) return object;
  return convertTo(cluster, type, object, apiVersionOf(type.group, type.storageVersion));
}

function convertTo(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  wanted: string,
): KubeObject {
  if (object.apiVersion === wanted) return object;
  const converted = cluster.conversions.convert(type, object, wanted);
  const schema = type.schemas?.get(wanted);
  if (type.conversion === undefined || schema === undefined) return converted;
  // A webhook's answer is fitted to its version like a client's object, but not validated.
  pruneUnknownFields(converted as JsonObject, schema);
  applySchemaDefaults(converted as JsonObject, schema);
  return converted;
}
