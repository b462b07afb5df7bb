/*
 * The rules on metadata that hold for every kind: names, labels, annotations, owner references, finalizers.
 * Messages follow k8s.io/apimachinery/pkg/api/validation.
 */
import { invalidValue } from './field-errors.ts';
import { isMap, textOf, type Json, type KubeObject, type OwnerReference } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import type { FieldError } from './status-error.ts';

const subdomainLimit = 253;
const labelLimit = 63;
const annotationsLimitBytes = 256 * 1024;

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
export const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Service names become host names, and those must begin with a letter. */
const hostLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const hostLabelText =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Kinds whose names are DNS labels rather than subdomains. */
const labelNamed = new Set(['/namespaces', '/services']);
/** Kinds whose names only have to be fit for a path. */
const pathNamed = 'rbac.authorization.k8s.io';

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const qualifiedText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Every problem of an object's metadata. */
export function metadataErrors(object: KubeObject, type: ResourceType): readonly FieldError[] {
  return [
    ...nameErrors(object.metadata.name, type),
    ...labelErrors(object.metadata.labels),
    ...annotationErrors(object.metadata.annotations),
    ...ownerErrors(object.metadata.ownerReferences),
    ...finalizerErrors(object.metadata.finalizers ?? [], type),
  ];
}

function nameErrors(name: string, type: ResourceType): readonly FieldError[] {
  const problem = (text: string): FieldError => invalidValue('metadata.name', name, text);
  if (type.group === pathNamed) {
    return name.includes('/') || name.includes('%') ? [problem("may not contain '/'")] : [];
  }
  const isLabel = labelNamed.has(type.storageKey);
  const limit = isLabel ? labelLimit : subdomainLimit;
  if (name.length > limit) return [problem(`must be no more than ${limit} characters`)];
  if (type.storageKey === '/services') return hostLabel.test(name) ? [] : [problem(hostLabelText)];
  if (isLabel) return dnsLabel.test(name) ? [] : [problem(labelText)];
  return subdomain.test(name) ? [] : [problem(subdomainText)];
}

function labelErrors(labels: unknown): readonly FieldError[] {
  return Object.entries(isMap(labels) ? labels : {}).flatMap(([key, value]) => [
    ...qualifiedErrors(key, 'metadata.labels'),
    ...labelValueErrors(value),
  ]);
}

function labelValueErrors(value: Json): readonly FieldError[] {
  if (typeof value === 'string' && value.length > labelLimit) {
    return [
      invalidValue('metadata.labels', value, `must be no more than ${labelLimit} characters`),
    ];
  }
  const isFine = typeof value === 'string' && (value === '' || qualifiedPart.test(value));
  return isFine ? [] : [invalidValue('metadata.labels', value, labelValueText)];
}

function annotationErrors(annotations: unknown): readonly FieldError[] {
  const entries = Object.entries(isMap(annotations) ? annotations : {});
  const sizeBytes = entries.reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(textOf(value)),
    0,
  );
  return [
    ...entries.flatMap(([key]) => qualifiedErrors(key.toLowerCase(), 'metadata.annotations')),
    ...(sizeBytes > annotationsLimitBytes
      ? [
          {
            field: 'metadata.annotations',
            reason: 'FieldValueTooLong',
            message: `Too long: must have at most ${annotationsLimitBytes} bytes`,
          } satisfies FieldError,
        ]
      : []),
  ];
}

function qualifiedErrors(key: string, field: string): readonly FieldError[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length > 1 ? parts[0] : undefined;
  const isFine =
    parts.length <= 2 &&
    name.length <= labelLimit &&
    qualifiedPart.test(name) &&
    (prefix === undefined || (subdomain.test(prefix) && prefix.length <= subdomainLimit));
  return isFine ? [] : [invalidValue(field, key, qualifiedText)];
}

function ownerErrors(owners: readonly OwnerReference[] | undefined): readonly FieldError[] {
  const list = owners ?? [];
  const errors = list.flatMap((owner) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((field) => !owner[field])
      .map((field) =>
        invalidValue(
          `metadata.ownerReferences.${field}`,
          '',
          `${field === 'apiVersion' ? 'version' : field} must not be empty`,
        ),
      ),
  );
  if (list.filter((owner) => owner.controller === true).length > 1) {
    errors.push(
      invalidValue(
        'metadata.ownerReferences',
        list,
        'Only one reference can have Controller set to true',
      ),
    );
  }
  return errors;
}

/** Servers of their own, which validate for themselves. */
const extensionGroups = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);
const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Built-in kinds want a domain before the name; custom ones are content with a name. */
function finalizerErrors(finalizers: readonly string[], type: ResourceType): readonly FieldError[] {
  return finalizers.flatMap((name, i) => {
    const errors = qualifiedErrors(name, 'metadata.finalizers');
    if (errors.length > 0 || !type.builtin || extensionGroups.has(type.group)) return errors;
    if (name.includes('/') || standardFinalizers.has(name)) return [];
    const text = 'name is neither a standard finalizer name nor is it fully qualified';
    return [invalidValue(`metadata.finalizers[${i}]`, name, text)];
  });
}
