// The parameters with which an instance was begun, as they really were: for probes and undos, which must speak of the
// same objects as the attempt did, also on another day.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Scope } from '../contracts/runbook.ts';
import { renderParams } from '../language/render-params.ts';
import { validateParams } from '../language/validate-params.ts';
import { learnSensitive } from '../planning/schema-marks.ts';
import type { Execution } from './execution.ts';
import type { GraphStep } from './run-graph.ts';
import { instanceOf } from './run-state.ts';
import { isMasked, unmask } from './mask-event.ts';

/** From the journal; only what was masked there is rendered again. STEP_FAILED when that does not bring it back. */
export function paramsAsBegun<P extends Ports>(
  run: Execution<P>,
  { id, of, scope }: { readonly id: string; readonly of: GraphStep; readonly scope: Scope },
): JsonObject {
  const live = run.live.params.get(id);
  if (live !== undefined) return live;
  const { session } = run;
  const action = session.registry.get(of.step.action);
  const journaled = instanceOf(run.journal.state, id).params;
  if (journaled !== undefined && !isMasked(journaled)) return journaled;
  const rendered = renderParams(action, of.step.with, scope);
  const fresh = rendered.known ? validateParams(action, rendered.value, of.step.at) : undefined;
  const params = journaled === undefined ? fresh : unmask(journaled, fresh);
  if (params === undefined || isMasked(params)) {
    throw new DrctlError(
      'STEP_FAILED',
      `The parameters of "${id}" hold a sensitive value that is not known any more`,
      { step: id, hint: 'Give the sensitive env values again, as they were when the run began' },
    );
  }
  learnSensitive(session.redactor, action.params, params);
  return params as JsonObject;
}
