// What templates and expressions see, and how outputs come into it. A step that has not ended is absent;
// scopes are never changed, only extended.

import type { Ports } from '../contracts/action.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { renderVars } from '../language/render-vars.ts';
import { envScope } from '../language/resolve-env.ts';
import { runScope } from '../language/run-scope.ts';
import type { Session } from './session.ts';

/** env, vars and run; no step has ended. A declared value that was not given is null. Throws VALUE_UNRESOLVED. */
export function baseScope<P extends Ports>(session: Session<P>): Scope {
  const { runbook, env, runId, unavailable, redactor: secrets } = session;
  const run = runScope(runId, unavailable);
  const vars = renderVars(runbook, env, run, secrets);
  return { env: envScope(env), vars, run, steps: {}, secrets };
}

/** Outputs of a forEach step: `{ items: [{ key, …outputs }] }` in item order; instances that were skipped are left out. */
export function forEachOutputs(
  instances: readonly { readonly key: string; readonly outputs: JsonObject | null }[],
): JsonObject {
  return {
    items: instances.flatMap(({ key, outputs }) => (outputs === null ? [] : [{ ...outputs, key }])),
  };
}
