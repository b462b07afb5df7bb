// Which targets a step or check names, as far as that can be told before it is carried out.

import type { Action, Ports } from '../contracts/action.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { renderValue } from '../language/render-value.ts';
import { markedStrings } from './schema-marks.ts';

/** Names of targets, without repeats. A target whose name is a template that cannot be rendered yet is left out. */
export function targetsOf<P extends Ports>(
  action: Action<P>,
  withValues: JsonObject,
  scope: Scope,
): readonly string[] {
  const templates = new Set(
    markedStrings(action.params, withValues, (mark) => mark.startsWith('target:')),
  );
  // Plugins may not mark their parameter; the name `target` is reserved for this meaning in every action.
  const literal = withValues['target'];
  if (typeof literal === 'string') templates.add(literal);
  const names = new Set<string>();
  for (const template of templates) {
    const name = nameOf(template, scope);
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

function nameOf(template: string, scope: Scope): string | undefined {
  try {
    const rendered = renderValue(template, scope);
    return rendered.known && typeof rendered.value === 'string' ? rendered.value : undefined;
  } catch {
    // Planning the step reports the same problem with its place; here it only means "not known".
    return undefined;
  }
}
