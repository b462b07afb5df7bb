// Carries out a `read` step once more for its outputs alone: perishable ones, and those that the journal has masked.
// Nothing is journaled, and nothing can be written: the action gets readers only.

import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Scope, Step } from '../contracts/runbook.ts';
import { renderParams } from '../language/render-params.ts';
import { validateOutputs, validateParams } from '../language/validate-params.ts';
import { createReadContext, createReadOnlyContext } from '../planning/contexts.ts';
import { learnSensitive, markedStrings } from '../planning/schema-marks.ts';
import { doBounded } from './bounded-work.ts';
import type { Execution } from './execution.ts';

export async function readAgain<P extends Ports>(
  run: Execution<P>,
  request: {
    readonly id: string;
    readonly step: Step;
    readonly scope: Scope;
    readonly signal: AbortSignal;
  },
): Promise<JsonObject> {
  const { id, step, scope, signal } = request;
  const { session } = run;
  const action = session.registry.get(step.action);
  invariant(action.effect === 'read', `${id} is not a read and may not be carried out again`);
  const rendered = renderParams(action, step.with, scope);
  invariant(rendered.known, `${id} has ended, so all that it needs must have ended`);
  const params = validateParams(action, rendered.value, step.at);
  learnSensitive(session.redactor, action.params, params);
  const ended = await doBounded(
    {
      system: session.system,
      timeoutMs: step.timeoutMs,
      signals: [signal],
      subject: `Reading "${id}" again`,
      lastReport: () => undefined,
      retryable: true,
    },
    async (bounded) => {
      const read = createReadContext(session, { id, title: step.title }, scope, bounded);
      return action.apply(params, createReadOnlyContext(read));
    },
  );
  if (ended.kind === 'threw') throw ended.error;
  if (ended.kind !== 'returned') throw ended.reason;
  const outputs = validateOutputs(action, ended.value);
  learnOutputs(run, action.name, outputs);
  return outputs;
}

/** Teaches the redactor what is secret in outputs: what the schema marks; where a perishable action marks nothing, all. */
export function learnOutputs<P extends Ports>(
  { session }: Execution<P>,
  actionName: string,
  outputs: JsonObject,
): void {
  const { redactor, registry } = session;
  const action = registry.get(actionName);
  learnSensitive(redactor, action.outputs, outputs);
  const marked = markedStrings(action.outputs, outputs, (mark) => mark === 'sensitive');
  if (action.perishable && marked.length === 0) {
    for (const value of Object.values(outputs)) if (typeof value === 'string') redactor.add(value);
  }
}
