/*
 * Validation of custom objects by their CRD's schema: ajv for the OpenAPI part, CEL for
 * x-kubernetes-validations. Status is validated with the rest, as a real server does.
 */
import { celErrors } from './cel-rules.ts';
import { duplicateErrors } from './list-uniqueness.ts';
import type { Json, KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import { schemaErrors } from './schema-errors.ts';
import type { FieldError } from './status-error.ts';

/** Every problem of a custom object; `old` is what it would replace. */
export function customObjectErrors(
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  if (type.schema === undefined) return [];
  const errors = [
    ...schemaErrors(object, type.schema),
    ...duplicateErrors(object as Json, type.schema),
  ];
  // CEL rules may assume what the schema demands, so they are only asked about objects that fit it.
  return errors.length > 0 ? errors : celErrors(object, old, type.schema);
}
