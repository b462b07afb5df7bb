/*
 * Validation of Secrets and ConfigMaps: keys, size, what each type of Secret must hold, and immutability.
 */
import { forbiddenField, immutable, invalidValue, required, tooLong } from './field-errors.ts';
import { mapAt, sameJson, stringAt, type KubeObject } from './objects.ts';
import type { FieldError } from './status-error.ts';

const sizeLimitBytes = 1024 * 1024;
const keyPattern = /^[-._a-zA-Z0-9]+$/;
const keyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

export function configMapErrors(
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  const data = mapAt(object, 'data') ?? {};
  const binary = mapAt(object, 'binaryData') ?? {};
  const sizeBytes = textBytes(data) + base64Bytes(binary);
  return [
    ...keyErrors('data', data),
    ...keyErrors('binaryData', binary),
    ...(sizeBytes > sizeLimitBytes ? [tooLong('', sizeLimitBytes)] : []),
    ...immutableData(object, old, ['data', 'binaryData']),
  ];
}

export function secretErrors(
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  const data = mapAt(object, 'data') ?? {};
  const isOtherType = old !== undefined && !sameJson(old['type'], object['type']);
  return [
    ...(isOtherType ? [immutable('type', object['type'])] : []),
    ...keyErrors('data', data),
    ...(base64Bytes(data) > sizeLimitBytes ? [tooLong('data', sizeLimitBytes)] : []),
    ...typeErrors(object, data),
    ...immutableData(object, old, ['data', 'type']),
  ];
}

const serviceAccountName = 'kubernetes.io/service-account.name';

/** What a Secret's type promises to whoever reads it. */
function typeErrors(
  object: KubeObject,
  data: Readonly<Record<string, unknown>>,
): readonly FieldError[] {
  switch (stringAt(object, 'type')) {
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors(data, '.dockerconfigjson');
    case 'kubernetes.io/dockercfg':
      return jsonErrors(data, '.dockercfg');
    case 'kubernetes.io/tls':
      return missing(data, ['tls.crt', 'tls.key']);
    case 'kubernetes.io/ssh-auth':
      return missing(data, ['ssh-privatekey']);
    case 'kubernetes.io/basic-auth': {
      const isThere = data['username'] !== undefined || data['password'] !== undefined;
      return isThere ? [] : missing(data, ['username', 'password']);
    }
    case 'kubernetes.io/service-account-token': {
      const name = object.metadata.annotations?.[serviceAccountName] ?? '';
      return name === '' ? [required(`metadata.annotations[${serviceAccountName}]`)] : [];
    }
    default:
      return [];
  }
}

function missing(
  data: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): readonly FieldError[] {
  return keys.filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`));
}

function jsonErrors(data: Readonly<Record<string, unknown>>, key: string): readonly FieldError[] {
  const value = data[key];
  if (typeof value !== 'string') return [required(`data[${key}]`)];
  try {
    JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    return [];
  } catch {
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'must be valid JSON')];
  }
}

function keyErrors(field: string, data: Readonly<Record<string, unknown>>): readonly FieldError[] {
  return Object.keys(data)
    .filter((key) => !keyPattern.test(key))
    .map((key) => invalidValue(`${field}[${key}]`, key, keyText));
}

function textBytes(data: Readonly<Record<string, unknown>>): number {
  return sum(data, (text) => Buffer.byteLength(text));
}

function base64Bytes(data: Readonly<Record<string, unknown>>): number {
  return sum(data, (text) => Buffer.byteLength(text, 'base64'));
}

function sum(data: Readonly<Record<string, unknown>>, size: (text: string) => number): number {
  return Object.values(data).reduce<number>(
    (total, value) => total + (typeof value === 'string' ? size(value) : 0),
    0,
  );
}

/** A ConfigMap or Secret marked immutable keeps its data, and the mark. */
function immutableData(
  object: KubeObject,
  old: KubeObject | undefined,
  fields: readonly string[],
): readonly FieldError[] {
  if (old?.['immutable'] !== true) return [];
  const changed = fields.filter((field) => !sameJson(old[field], object[field]));
  if (object['immutable'] !== true) changed.push('immutable');
  return changed.map((field) =>
    forbiddenField(field, 'field is immutable when `immutable` is set'),
  );
}
