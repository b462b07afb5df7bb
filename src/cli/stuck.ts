// What a rollback that is stuck leaves to a person: every step that is not undone, why, what was there before it, and how
// that is put back by hand.

import { givenUpIn, previewRollback, renderTargets } from '../engine/index.ts';
import type { ErrorRecord, RenderedTarget, RunHeader, RunState, Runbook } from '../engine/index.ts';
import type { DrPorts } from '../actions/index.ts';
import type { Registry } from '../engine/index.ts';
import { kubectl } from './kubectl.ts';
import { recordedScope } from './recorded-scope.ts';
import { undoDetails } from './views/undo-details.ts';

export interface StuckStep {
  readonly instance: string;
  readonly title: string;
  /** Of the undo that failed; the others wait for it. */
  readonly error?: ErrorRecord;
  readonly before: readonly {
    readonly object: string;
    readonly was?: string;
    readonly copy?: string;
    readonly byHand?: string;
  }[];
  /** The runbook's own steps for it. */
  readonly steps?: readonly string[];
}

/** In the order in which the rollback goes on. Empty for a run that is not stuck. */
export function stuckSteps(options: {
  readonly header: RunHeader;
  readonly runbook: Runbook;
  readonly registry: Registry<DrPorts>;
  readonly state: RunState;
}): readonly StuckStep[] {
  const { header, runbook, registry, state } = options;
  if (state.outcome !== 'stuck') return [];
  const targets = targetsOf(runbook, header);
  const unavailable = givenUpIn(header.unavailable, state);
  const { undo } = previewRollback({ runbook, registry, state, unavailable }, state.rollback?.to);
  return undo.flatMap((prospect): readonly StuckStep[] => {
    const instance = state.instances.get(prospect.instance);
    const failed = instance?.status === 'undo-failed';
    // Without a rollback only what should have come back by itself is missing.
    if (state.rollback === undefined ? !failed : prospect.how === 'nothing') return [];
    const { before = [], steps } = undoDetails(prospect, { runbook, state });
    const target = instance?.params?.['target'];
    const tool = kubectl(targets, typeof target === 'string' ? target : '');
    return [
      {
        instance: prospect.instance,
        title: prospect.title,
        ...(failed && instance.error !== undefined ? { error: instance.error } : {}),
        before: before.map(({ object, was, copy, command }) => ({
          object,
          ...(copy === undefined ? {} : { copy }),
          ...(was === undefined ? {} : { was }),
          ...(command === undefined
            ? {}
            : { byHand: `${command.tool === 'kubectl' ? tool : 'aws'} ${command.words}` }),
        })),
        ...(steps === undefined ? {} : { steps: steps.map(({ id }) => id) }),
      },
    ];
  });
}

/** A target that needs a sensitive value has no settings. */
function targetsOf(runbook: Runbook, header: RunHeader): ReadonlyMap<string, RenderedTarget> {
  try {
    return renderTargets(runbook, recordedScope(runbook, header));
  } catch {
    return new Map();
  }
}
