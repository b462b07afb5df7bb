/*
 * The scale subresource: an autoscaling/v1 Scale made of an object's replica fields, and back.
 */
import {
  isMap,
  numberAt,
  setAt,
  textOf,
  valueAt,
  type JsonObject,
  type KubeObject,
} from './objects.ts';
import type { ResourceType, ScalePaths } from './resource-type.ts';
import { invalidValue } from './field-errors.ts';
import { invalid } from './status-error.ts';

/** The Scale that stands for an object. */
export function scaleOf(type: ResourceType, paths: ScalePaths, object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(type, paths, object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: uid ?? '',
      resourceVersion: resourceVersion ?? '',
      creationTimestamp: creationTimestamp ?? null,
    },
    spec: { replicas: Number(valueAt(object, paths.specReplicasPath) ?? 0) },
    status: {
      replicas: Number(valueAt(object, paths.statusReplicasPath) ?? 0),
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/** The object with the replicas a Scale asks for. Changes and returns its argument. */
export function withScale(object: KubeObject, paths: ScalePaths, scale: unknown): KubeObject {
  const spec = isMap(scale) ? scale['spec'] : undefined;
  const replicas = numberAt(spec, 'replicas') ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, object.metadata.name, [
      invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  }
  setAt(object as JsonObject, paths.specReplicasPath, replicas);
  const wanted =
    isMap(scale) && isMap(scale['metadata']) ? scale['metadata']['resourceVersion'] : '';
  if (typeof wanted === 'string' && wanted !== '') object.metadata.resourceVersion = wanted;
  return object;
}

function selectorText(type: ResourceType, paths: ScalePaths, object: KubeObject): string {
  if (paths.labelSelectorPath !== undefined) {
    return textOf(valueAt(object, paths.labelSelectorPath));
  }
  const labels = type.builtin ? valueAt(object, 'spec.selector.matchLabels') : undefined;
  if (!isMap(labels)) return '';
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .join(',');
}
