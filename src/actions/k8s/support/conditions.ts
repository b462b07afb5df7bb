// Status conditions, "Available=True". One counts only once its controller has seen the present spec: an old True on a
// changed object says nothing.

import { DrctlError } from '../../../engine/index.ts';
import type { JsonObject } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { isJsonObject, textOf, valueAt } from './json-tree.ts';

export interface WantedCondition {
  readonly type: string;
  readonly status: string;
}

export function parseCondition(text: string): WantedCondition {
  const [type, status = 'True', ...rest] = text.split('=');
  if (type === undefined || type === '' || rest.length > 0) {
    throw new DrctlError('PARAMS_INVALID', `"${text}" is not a condition`, {
      hint: 'Write Type=Status, for example Available=True',
    });
  }
  return { type, status };
}

/** What keeps the condition from holding; undefined when it holds. */
export function conditionProblem(object: KubeObject, wanted: WantedCondition): string | undefined {
  const conditions = valueAt(object, ['status', 'conditions']);
  const found = Array.isArray(conditions)
    ? (conditions as readonly JsonObject[]).find((entry) => entry['type'] === wanted.type)
    : undefined;
  if (!isJsonObject(found)) return `has no condition ${wanted.type}`;
  if (found['status'] !== wanted.status) {
    const detail = [textOf(found['reason']), textOf(found['message'])].filter(
      (text) => text !== '',
    );
    const because = detail.length === 0 ? '' : ` (${detail.join(': ')})`;
    return `${wanted.type} is ${textOf(found['status'])}${because}`;
  }
  const generation = Number(object.metadata['generation'] ?? 0);
  const observed = found['observedGeneration'] ?? valueAt(object, ['status', 'observedGeneration']);
  if (typeof observed === 'number' && observed < generation) {
    return `${wanted.type} speaks of generation ${observed}, the object is at ${generation}`;
  }
  return undefined;
}
