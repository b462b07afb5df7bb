/*
 * The fieldValidation parameter: how a write answers fields its kind does not know.
 */
import type { FieldValidation } from './admit-object.ts';
import type { Request } from './request.ts';
import { badRequest } from './status-error.ts';

/** The fieldValidation parameter. A real server answers Warn when it is left out. */
export function fieldValidation(request: Request): FieldValidation {
  const value = request.query.get('fieldValidation') ?? 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
  );
}
