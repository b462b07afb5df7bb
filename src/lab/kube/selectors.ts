/*
 * Label and field selectors: parsed once per request, then asked about objects. An unknown field is an
 * error, as in a real server: a selector that silently matched everything would delete too much.
 */
import { stringAt, valueAt, type KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import { badRequest } from './status-error.ts';

export type Matcher = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** Parses a label selector in its text form: =, ==, !=, in, notin, key, !key. Empty matches everything. */
export function labelMatcher(text: string | undefined): Matcher {
  const requirements = splitOutsideBrackets(text ?? '').map(labelRequirement);
  return (object) => {
    const labels = object.metadata.labels ?? {};
    return requirements.every((matches) => matches(labels));
  };
}

function splitOutsideBrackets(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const keyPattern = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setPattern = new RegExp(`^(${keyPattern})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equalsPattern = new RegExp(`^(${keyPattern})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const existsPattern = new RegExp(`^(!?)\\s*(${keyPattern})$`);

function labelRequirement(text: string): Requirement {
  const set = setPattern.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return operator === 'in'
      ? (labels) => labels[key] !== undefined && values.has(labels[key])
      : (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  const equals = equalsPattern.exec(text);
  if (equals) {
    const [, key = '', operator, value = ''] = equals;
    return operator === '!='
      ? (labels) => labels[key] !== value
      : (labels) => labels[key] === value;
  }
  const exists = existsPattern.exec(text);
  if (exists) {
    const [, not, key = ''] = exists;
    return not === '!' ? (labels) => !(key in labels) : (labels) => key in labels;
  }
  throw badRequest(`unable to parse requirement: found '${text}', expected: a label requirement`);
}

/** Fields that can be selected on besides metadata.name and metadata.namespace. */
const selectableFields: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/secrets': ['type'],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'batch/jobs': ['status.successful'],
  'apps/replicasets': ['status.replicas'],
};

/** Parses a field selector (=, ==, !=) for one resource; a field it does not support is a 400. */
export function fieldMatcher(text: string | undefined, type: ResourceType): Matcher {
  const requirements = (text ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => fieldRequirement(part.trim(), type));
  return (object) => requirements.every((matches) => matches(object));
}

function fieldRequirement(text: string, type: ResourceType): Matcher {
  const parsed = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(text);
  if (parsed === null) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  const [, field = '', operator, wanted = ''] = parsed;
  const known = [
    'metadata.name',
    'metadata.namespace',
    ...(selectableFields[type.storageKey] ?? []),
  ];
  if (!known.includes(field)) {
    throw badRequest(`field label not supported: ${field}`);
  }
  return (object) => (fieldText(object, field) === wanted) === (operator !== '!=');
}

function fieldText(object: KubeObject, field: string): string {
  if (field === 'source') return stringAt(object['source'], 'component') ?? '';
  const value = valueAt(object, field);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
