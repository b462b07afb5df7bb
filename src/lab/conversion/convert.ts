// One Cluster API object in another version. Down to v1beta1, the whole newer object is kept in an annotation, as Cluster
// API itself does, so that what the older version cannot say comes back on the way up.

import { conversions } from './kinds.ts';
import { moveDown, moveUp, type Conversion } from './moves.ts';
import { isMap, removeAt, setAt, textOf, valueAt, type JsonMap } from './paths.ts';

const OLDER = 'cluster.x-k8s.io/v1beta1';
const NEWER = 'cluster.x-k8s.io/v1beta2';
/** Of Cluster API: https://pkg.go.dev/sigs.k8s.io/cluster-api/util/conversion */
export const DATA_ANNOTATION = 'cluster.x-k8s.io/conversion-data';

/** Throws with the reason where an object cannot be converted. The argument is left as it is. */
export function convert(object: JsonMap, desiredApiVersion: string): JsonMap {
  const { apiVersion, kind } = object;
  if (apiVersion === desiredApiVersion) return object;
  const conversion = conversions[textOf(kind)];
  if (conversion === undefined) throw new Error(`${textOf(kind)} cannot be converted`);
  if (valueAt(object, 'spec.topology') !== undefined) {
    throw new Error(`${nameOf(object)} has a topology, which the lab does not convert`);
  }
  if (apiVersion === OLDER && desiredApiVersion === NEWER) return up(object, conversion);
  if (apiVersion === NEWER && desiredApiVersion === OLDER) return down(object, conversion);
  throw new Error(
    `${nameOf(object)} cannot be converted from ${textOf(apiVersion)} to ${desiredApiVersion}`,
  );
}

function up(object: JsonMap, conversion: Conversion): JsonMap {
  const { [DATA_ANNOTATION]: kept, ...annotations } = annotationsOf(object);
  const result: JsonMap = { ...moveUp(object, conversion), apiVersion: NEWER };
  setAnnotations(result, annotations);
  const newer: unknown = typeof kept === 'string' ? JSON.parse(kept) : undefined;
  if (!isMap(newer)) return result;
  for (const path of conversion.newerOnly) {
    const value = valueAt(newer, path);
    if (value !== undefined) setAt(result, path, value);
  }
  return result;
}

function down(object: JsonMap, conversion: Conversion): JsonMap {
  const namespace = textOf(valueAt(object, 'metadata.namespace'));
  const { metadata: _apart, ...kept } = object;
  const result: JsonMap = { ...moveDown(object, conversion, namespace), apiVersion: OLDER };
  setAnnotations(result, { ...annotationsOf(object), [DATA_ANNOTATION]: JSON.stringify(kept) });
  return result;
}

function annotationsOf(object: JsonMap): JsonMap {
  const found = valueAt(object, 'metadata.annotations');
  return isMap(found) ? found : {};
}

function setAnnotations(object: JsonMap, annotations: JsonMap): void {
  if (Object.keys(annotations).length > 0) setAt(object, 'metadata.annotations', annotations);
  else if (isMap(valueAt(object, 'metadata.annotations'))) removeAt(object, 'metadata.annotations');
}

function nameOf(object: JsonMap): string {
  return `${textOf(object['kind'])} ${textOf(valueAt(object, 'metadata.name'))}`;
}
