// What expressions see of a run that is only looked at: the values that it keeps. Sensitive ones are not among them.

import { envScope, renderVars, runScope } from '../engine/index.ts';
import type { EnvValue, JsonObject, RunHeader, Runbook, Scope } from '../engine/index.ts';

/** Env, vars and run. Without vars where one of them cannot do without a sensitive value. */
export function recordedScope(runbook: Runbook, header: Pick<RunHeader, 'runId' | 'env'>): Scope {
  const env = [...runbook.env.keys()].map((name): EnvValue => ({
    name,
    value: header.env[name],
    sensitive: false,
    origin: { from: 'default' },
  }));
  const run = runScope(header.runId);
  return { env: envScope(env), vars: varsOf(runbook, env, run), run, steps: {} };
}

function varsOf(runbook: Runbook, env: readonly EnvValue[], run: JsonObject): JsonObject {
  try {
    return renderVars(runbook, env, run);
  } catch {
    return {};
  }
}
