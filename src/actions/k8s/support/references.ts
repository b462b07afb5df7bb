// Walks the references of an object by the rules of reference-rules.ts.

import type { Json } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { groupBy } from './group-by.ts';
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

/**
 * What an object refers to. References are to objects of the same namespace; only the fields that name something count.
 * The rules are sorted out once for each kind: most objects of a large export have hardly any that concern them.
 */
export function referenceWalker(
  rules: readonly ReferenceRule[],
): (object: KubeObject) => readonly Reference[] {
  const byKind = new Map<string, RulesByField>();
  return (object) => {
    const namespace = namespaceOf(object);
    if (namespace === undefined) return [];
    const kind = `${object.apiVersion} ${object.kind}`;
    const concerned = byKind.get(kind) ?? rulesFor(rules, object);
    byKind.set(kind, concerned);
    return walk(object, namespace, concerned);
  };
}

interface WalkedRule {
  readonly refersTo: Reference['kind'];
  readonly path: string;
  readonly steps: readonly string[];
}

/** By the first field of the path, which most objects do not have. */
type RulesByField = ReadonlyMap<string, readonly WalkedRule[]>;

function rulesFor(rules: readonly ReferenceRule[], object: KubeObject): RulesByField {
  const group = groupOf(object.apiVersion);
  const concerned = rules
    .filter((rule) => rule.kind === '*' || rule.kind === object.kind)
    .filter((rule) => rule.group === undefined || rule.group === group)
    .map(({ path, refersTo }) => ({ path, refersTo, steps: path.split('.') }));
  return groupBy(concerned, ({ steps: [first = ''] }) => first.replace('[]', ''));
}

function walk(object: KubeObject, namespace: string, rules: RulesByField): readonly Reference[] {
  const found = new Map<string, Reference>();
  for (const [field, concerned] of rules) {
    if (object[field] === undefined) continue;
    for (const { path, steps, refersTo } of concerned) {
      for (const { name, optional } of namesAt(object, steps)) {
        const key = `${refersTo} ${name}`;
        const isOptional = optional && (found.get(key)?.optional ?? true);
        found.set(key, { kind: refersTo, namespace, name, path, optional: isOptional });
      }
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
