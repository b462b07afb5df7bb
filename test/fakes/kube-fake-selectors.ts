// Label and field selectors of the fake API server.

import { DrctlError } from '../../src/engine/index.ts';
import type { KubeObject } from '../../src/actions/ports.ts';

export function matchesLabels(object: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  const labels = (object.metadata['labels'] ?? {}) as Readonly<Record<string, string>>;
  return splitTerms(selector).every((term) => matchesTerm(labels, term));
}

function splitTerms(selector: string): readonly string[] {
  return selector.split(/,(?![^(]*\))/).map((term) => term.trim());
}

function matchesTerm(labels: Readonly<Record<string, string>>, term: string): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    const isIn = values.includes(labels[set[1] ?? ''] ?? '\0');
    return set[2] === 'in' ? isIn : !isIn;
  }
  const equality = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(term);
  if (equality !== null) {
    const isEqual = labels[equality[1] ?? ''] === equality[3];
    return equality[2] === '!=' ? !isEqual : isEqual;
  }
  if (/^![^!=\s]+$/.test(term)) return !(term.slice(1) in labels);
  if (/^[^!=\s]+$/.test(term)) return term in labels;
  throw new DrctlError('CLIENT_INVALID', `"${term}" is not a label selector`);
}

export function matchesFields(object: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  return selector.split(',').every((term) => {
    const parts = /^([^!=]+)(==|=|!=)(.*)$/.exec(term.trim());
    if (parts === null) {
      throw new DrctlError('CLIENT_INVALID', `"${term}" is not a field selector`);
    }
    let value: unknown = object;
    for (const key of (parts[1] ?? '').split('.')) {
      value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    }
    const isEqual = typeof value === 'string' && value === parts[3];
    return parts[2] === '!=' ? !isEqual : isEqual;
  });
}
