// What a run would do as a whole, as the runbook computes it over all planned changes. Pure.

import type { Change } from '../contracts/change.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { PlannedImpact, PlannedPhase, PlannedStep } from '../contracts/plan.ts';
import type { Impact, Scope } from '../contracts/runbook.ts';
import { listSome } from '../contracts/words.ts';
import { evaluateExpression } from '../language/evaluate.ts';
import type { Redactor } from '../language/redactor.ts';
import { canonicalJson } from './digest.ts';

export interface Planned {
  /** With the outputs that all steps predict. */
  readonly scope: Scope;
  /** Masked. */
  readonly phases: readonly PlannedPhase[];
  readonly redactor: Redactor;
}

/** In the runbook's order; masked. */
export function evaluateImpact(
  impact: readonly Impact[],
  { scope, phases, redactor }: Planned,
): readonly PlannedImpact[] {
  const changes = plannedChanges(phases);
  return impact.map((one) => evaluateOne(one, { scope, changes, redactor }));
}

function evaluateOne(
  { title, value: expression, mustBe }: Impact,
  {
    scope,
    changes,
    redactor,
  }: { readonly scope: Scope; readonly changes: readonly Json[]; readonly redactor: Redactor },
): PlannedImpact {
  const known = { title, ...(mustBe === undefined ? {} : { mustBe }) };
  try {
    const result = evaluateExpression(expression, scope, { changes });
    if (!result.known) {
      // What must be so has to be known before anything is begun: afterwards nobody asks again.
      const because = `known after ${listSome(result.waitsFor)}`;
      return { ...known, refuses: mustBe !== undefined, because };
    }
    const refuses = mustBe !== undefined && canonicalJson(result.value) !== canonicalJson(mustBe);
    return { ...known, value: redactor.mask(result.value), refuses };
  } catch (error) {
    if (!(error instanceof DrctlError)) throw error;
    const because = redactor.maskText(error.message);
    return { ...known, refuses: mustBe !== undefined, because };
  }
}

/** What expressions see as `changes`; absent members are null, so that no expression stumbles over them. */
function plannedChanges(phases: readonly PlannedPhase[]): readonly JsonObject[] {
  return phases.flatMap(({ id: phase, steps }) =>
    steps.flatMap((step) => {
      const { id, action, fate } = step;
      const from = { phase, step: id, action };
      if (fate.kind === 'skipped' || step.effect === 'read') return [];
      if (fate.kind === 'later') return [{ ...from, params: fate.params ?? {}, ...notKnown(step) }];
      return fate.instances.flatMap(({ params, changes }) =>
        changes.flatMap((change) => {
          if (change.kind === 'none') return [];
          const what = change.kind === 'later' ? notKnown(step) : changeOf(change);
          return [{ ...from, params, ...what }];
        }),
      );
    }),
  );
}

/** A step that is planned later: on what is not known. */
function notKnown({ risk }: PlannedStep): JsonObject {
  return { operation: 'later', target: null, object: null, risk, fields: [] };
}

function changeOf(change: Exclude<Change, { kind: 'none' | 'later' }>): JsonObject {
  const { kind: operation, on, risk } = change;
  const fields = change.kind === 'run' ? [] : change.fields;
  return {
    operation,
    target: on.target,
    object: on.object,
    risk,
    fields: fields.map(({ path, before, after }) => ({
      path,
      before: before ?? null,
      after: after ?? null,
    })),
  };
}
