// What was there before a step, read from what the step recorded for its undo: in words, and as a command that puts it
// back by hand where one can be told. From the journal alone, so it can be said while no server answers.

import { counted } from '../engine/index.ts';
import type { InstanceState, Json, JsonObject } from '../engine/index.ts';
import { quoted } from './kubectl.ts';

export interface Before {
  /** "Deployment hypershift/operator" */
  readonly object: string;
  /** "2 replicas", "not there", `spec.pausedUntil "true"`. Absent where it cannot be told in short. */
  readonly was?: string;
  /** "s3://bucket/key": while that is there, the undo leaves the object. Nobody is told to delete it then. */
  readonly keptBy?: string;
  /** The same, where the run has not made it, as far as its journal says. */
  readonly unless?: string;
  /** Artifact of the run that holds it as it was. */
  readonly copy?: string;
  /** What follows "kubectl … " or "aws … ". Never a deletion of an object: its finalizers may act on it. */
  readonly command?: { readonly tool: 'kubectl' | 'aws'; readonly words: string };
}

const maxValueLength = 40;
const maxFields = 3;
const masked = '(sensitive)';

/** In the order in which they were recorded. Nothing for what an action recorded for itself only. */
export function beforeOf({ undoEntries, params }: InstanceState): readonly Before[] {
  return [...undoEntries].flatMap(([key, entry]): readonly Before[] => {
    const record = asObject(entry);
    if (record === undefined) return [];
    const object = /^([A-Z]\w*)(?:\.\S+)? (\S+)$/.exec(key);
    if (object !== null) return [ofObject(`${object[1]} ${object[2]}`, record, undoEntries)];
    const dns = /^record\/(.+)$/.exec(key);
    if (dns !== null) return [ofDnsRecord(`DNS record ${dns[1]}`, record)];
    return key === 'upload' ? ofUpload(record, params?.['keptBy']) : [];
  });
}

function ofObject(object: string, record: JsonObject, entries: ReadonlyMap<string, Json>): Before {
  const ref = asObject(record['ref']);
  const { before, after, changes, operation, artifact, lost } = record;
  if (typeof before === 'number' && typeof after === 'number') {
    const words = `${placeOf(ref)}scale ${kindAndName(ref)} --replicas=${before}`;
    return { object, was: counted(before, 'replica'), command: { tool: 'kubectl', words } };
  }
  if (Array.isArray(changes)) return ofFields(object, ref, changes as readonly Json[]);
  if (operation === 'created') return { object, was: 'not there' };
  if (operation === 'updated') {
    const fields = entries.get(`fields of ${keyLike(object, entries)}`);
    return Array.isArray(fields) ? ofFields(object, ref, fields as readonly Json[]) : { object };
  }
  if (typeof artifact !== 'string' || ref === undefined) return { object };
  const contents = typeof lost === 'string' ? `, with ${lost} in it that are lost` : '';
  return { object, was: `there${contents}`, copy: artifact };
}

/** The key that the entry of this object has, with its API group. */
function keyLike(object: string, entries: ReadonlyMap<string, Json>): string {
  const [kind, place] = object.split(' ');
  const isSame = (key: string): boolean => {
    const [first = '', second] = key.split(' ');
    return second === place && (first === kind || first.startsWith(`${kind}.`));
  };
  return [...entries.keys()].find(isSame) ?? object;
}

function ofFields(object: string, ref: JsonObject | undefined, fields: readonly Json[]): Before {
  const changes = fields.flatMap((field) => {
    const change = asObject(field);
    const path = change?.['path'];
    const isPath = Array.isArray(path) && path.every((key) => typeof key === 'string');
    return isPath ? [{ path, before: change?.['before'] }] : [];
  });
  const shown = changes
    .slice(0, maxFields)
    .map(({ path, before }) => `${path.join('.')} ${valueText(before)}`);
  const more =
    changes.length > maxFields ? ` and ${counted(changes.length - maxFields, 'more field')}` : '';
  const was = `${shown.join(', ')}${more}`;
  // What was masked in the journal cannot be typed.
  const isWhole = !JSON.stringify(fields).includes(masked);
  if (changes.length === 0 || !isWhole || ref === undefined) return { object, was };
  const patch = changes.reduce<JsonObject>(
    (merged, { path, before }) => withValue(merged, path, before ?? null),
    {},
  );
  const words = `${placeOf(ref)}patch ${kindAndName(ref)} --type=merge -p ${quoted(JSON.stringify(patch))}`;
  return { object, was, command: { tool: 'kubectl', words } };
}

function withValue(
  tree: JsonObject,
  [key = '', ...rest]: readonly string[],
  value: Json,
): JsonObject {
  const inner = rest.length === 0 ? value : withValue(asObject(tree[key]) ?? {}, rest, value);
  return { ...tree, [key]: inner };
}

function ofDnsRecord(object: string, { before }: JsonObject): Before {
  const record = asObject(before);
  if (record === undefined) return { object, was: 'not there' };
  const values = record['values'];
  const alias = asObject(record['alias'])?.['name'];
  const to = Array.isArray(values) && values.length > 0 ? values.join(' ') : alias;
  return { object, was: `to ${typeof to === 'string' ? cutText(to) : 'what the journal has'}` };
}

function ofUpload(
  { bucket, key, replaced }: JsonObject,
  keeper: Json | undefined,
): readonly Before[] {
  if (typeof bucket !== 'string' || typeof key !== 'string') return [];
  const object = `s3://${bucket}/${key}`;
  if (typeof keeper === 'string') {
    const was = replaced === null ? 'not there' : 'another object';
    return [{ object, was, keptBy: `s3://${bucket}/${keeper}` }];
  }
  if (replaced !== null) return [{ object, was: 'another object' }];
  const words = `s3api delete-object --bucket ${quoted(bucket)} --key ${quoted(key)}`;
  return [{ object, was: 'not there', command: { tool: 'aws', words } }];
}

function placeOf(ref: JsonObject | undefined): string {
  const namespace = ref?.['namespace'];
  return typeof namespace === 'string' ? `-n ${quoted(namespace)} ` : '';
}

/** "deployment.apps/operator": the group tells kinds of the same name apart. */
function kindAndName(ref: JsonObject | undefined): string {
  const [apiVersion, kind, name] = [ref?.['apiVersion'], ref?.['kind'], ref?.['name']].map(
    (part) => (typeof part === 'string' ? part : ''),
  );
  const slash = (apiVersion ?? '').indexOf('/');
  const group = slash === -1 ? '' : `.${(apiVersion ?? '').slice(0, slash)}`;
  return quoted(`${(kind ?? '').toLowerCase()}${group}/${name}`);
}

function valueText(value: Json | undefined): string {
  return value === undefined || value === null ? 'absent' : cutText(JSON.stringify(value));
}

function cutText(text: string): string {
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength - 1)}…`;
}

function asObject(value: Json | undefined): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as JsonObject;
}
