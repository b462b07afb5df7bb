// Walks the references of an object by the rules of reference-rules.ts.

import type { Json } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { isJsonObject } from './json-tree.ts';
import { groupOf, namespaceOf } from './objects.ts';
import type { ReferenceRule } from './reference-rules.ts';

export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
  /** "spec.pullSecret.name" */
  readonly path: string;
  /** The object can do without it. */
  readonly optional: boolean;
}

/** References are to objects of the same namespace. Only the fields that name something count. */
export function referencesOf(
  object: KubeObject,
  rules: readonly ReferenceRule[],
): readonly Reference[] {
  const namespace = namespaceOf(object);
  if (namespace === undefined) return [];
  const found = new Map<string, Reference>();
  for (const { kind, group, path, refersTo } of rules) {
    if (kind !== '*' && kind !== object.kind) continue;
    if (group !== undefined && group !== groupOf(object.apiVersion)) continue;
    for (const { name, optional } of namesAt(object, path.split('.'))) {
      const key = `${refersTo} ${name}`;
      const isOptional = optional && (found.get(key)?.optional ?? true);
      found.set(key, { kind: refersTo, namespace, name, path, optional: isOptional });
    }
  }
  return [...found.values()];
}

interface FoundName {
  readonly name: string;
  readonly optional: boolean;
}

/** A reference says that it is optional beside the name, as core/v1 has it. */
function namesAt(value: Json | undefined, path: readonly string[]): readonly FoundName[] {
  const [step, ...rest] = path;
  if (step === undefined || !isJsonObject(value)) return [];
  if (rest.length === 0) {
    const name = value[step];
    const isName = typeof name === 'string' && name !== '';
    return isName ? [{ name, optional: value['optional'] === true }] : [];
  }
  if (!step.endsWith('[]')) return namesAt(value[step], rest);
  const list = value[step.slice(0, -'[]'.length)];
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).flatMap((item) => namesAt(item, rest));
}
