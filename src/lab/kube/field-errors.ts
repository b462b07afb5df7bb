/*
 * The field errors that validation is made of, worded as k8s.io/apimachinery/pkg/util/validation/field.
 */
import type { FieldError } from './status-error.ts';

/** `Invalid value: <shown>: <text>`. */
export function invalidValue(field: string, value: unknown, text: string): FieldError {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${text}`,
  };
}

export function required(field: string, text = ''): FieldError {
  return {
    field,
    reason: 'FieldValueRequired',
    message: text === '' ? 'Required value' : `Required value: ${text}`,
  };
}

export function immutable(field: string, value: unknown): FieldError {
  return invalidValue(field, value ?? null, 'field is immutable');
}

export function forbiddenField(field: string, text: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${text}` };
}

export function notSupported(
  field: string,
  value: string,
  supported: readonly string[],
): FieldError {
  const shown = supported.map((text) => JSON.stringify(text)).join(', ');
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${shown}`,
  };
}

export function duplicate(field: string, value: unknown): FieldError {
  return {
    field,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${JSON.stringify(value)}`,
  };
}

export function notFoundValue(field: string, value: string): FieldError {
  return {
    field,
    reason: 'FieldValueNotFound',
    message: `Not found: ${JSON.stringify(value)}`,
  };
}

export function tooLong(field: string, limitBytes: number): FieldError {
  return {
    field,
    reason: 'FieldValueTooLong',
    message: `Too long: must have at most ${limitBytes} bytes`,
  };
}

/** One of a fixed set of values, where there is a value. */
export function oneOf(
  field: string,
  value: string | undefined,
  supported: readonly string[],
): readonly FieldError[] {
  return value === undefined || supported.includes(value)
    ? []
    : [notSupported(field, value, supported)];
}

const highestPort = 65_535;

export function portErrors(field: string, port: unknown): readonly FieldError[] {
  const isPort = typeof port === 'number' && port >= 1 && port <= highestPort;
  return isPort
    ? []
    : [invalidValue(field, port ?? 0, `must be between 1 and ${highestPort}, inclusive`)];
}
