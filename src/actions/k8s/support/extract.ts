// The `extract` parameter: named values for later steps. What comes out of a Secret, or is said to be sensitive, is kept
// apart, since the engine masks it everywhere.

import type { Json, JsonObject, ReadContext } from '../../../engine/index.ts';
import type { DrPorts } from '../../ports.ts';
import { isSecret } from './objects.ts';

export function extractValues(
  ctx: ReadContext<DrPorts>,
  expressions: Readonly<Record<string, string>> | undefined,
  names: JsonObject,
  kind: { readonly apiVersion: string; readonly kind: string; readonly sensitive?: boolean },
): { readonly values: Record<string, Json>; readonly secretValues: Record<string, Json> } {
  const values: Record<string, Json> = {};
  for (const [name, expression] of Object.entries(expressions ?? {})) {
    values[name] = ctx.evaluate(expression, names);
  }
  return isSecret(kind) || kind.sensitive === true
    ? { values: {}, secretValues: values }
    : { values, secretValues: {} };
}
