// ConversionReview, the question that an API server asks a conversion webhook: all objects of a request at once, and one
// that cannot be converted fails them all.
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/

import { convert } from './convert.ts';
import { isMap, textOf, type Json, type JsonMap } from './paths.ts';

const API_VERSION = 'apiextensions.k8s.io/v1';

/** undefined: what was sent is no ConversionReview of this version. */
export function answerReview(review: unknown): JsonMap | undefined {
  if (!isMap(review) || review['kind'] !== 'ConversionReview') return undefined;
  const { apiVersion, request } = review;
  if (apiVersion !== API_VERSION || !isMap(request)) return undefined;
  return {
    apiVersion: API_VERSION,
    kind: 'ConversionReview',
    response: { uid: request['uid'] ?? '', ...converted(request) },
  };
}

function converted({ desiredAPIVersion, objects }: JsonMap): JsonMap {
  const all: readonly Json[] = Array.isArray(objects) ? objects : [];
  try {
    const convertedObjects = all
      .filter(isMap)
      .map((object) => convert(object, textOf(desiredAPIVersion)));
    return { result: { status: 'Success' }, convertedObjects };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { result: { status: 'Failure', message }, convertedObjects: [] };
  }
}
