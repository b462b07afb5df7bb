// A person's decision about a step that failed, was refused, is unclear, or could not be undone: journaled with their
// name and reason. Nothing is carried out here; `resume` acts on it.

import type { Ports, Probed } from '../contracts/action.ts';
import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { JsonObject } from '../contracts/json.ts';
import { listSome } from '../contracts/words.ts';
import type { Execution } from './execution.ts';
import { illegalBecause } from './legal-events.ts';
import { withRun } from './open-run.ts';
import type { OpenRunOptions } from './open-run.ts';
import type { RunSession } from './run-session.ts';
import { instanceOf, stepOfInstance } from './run-state.ts';
import type { InstanceState, RunState } from './run-state.ts';
import { probeInstance } from './settle-doubt.ts';
import { instancesOf } from './step-progress.ts';

export interface DecideOptions extends OpenRunOptions {
  /** An instance id: "step" or "step[key]". */
  readonly step: string;
  readonly decision: 'retry' | 'skip' | 'mark-done';
  readonly reason: string;
  /** Mark it done though its own probe says that it is not. */
  readonly force?: boolean;
}

export interface Decided {
  readonly state: RunState;
  /** What the step's probe says to "I did it by hand"; absent where it was not asked. The decision holds all the same. */
  readonly probed?: Probed<JsonObject>;
}

/**
 * PRECONDITION_FAILED for a step that is marked done and by its own probe is not. For a failed undo, `skip` and `mark-done` both say that a person has put things back. Throws USAGE for a step that is
 * not there or stands at nothing to be decided, and what `withRun` throws.
 */
export async function decideStep<P extends Ports>(
  session: RunSession<P>,
  options: DecideOptions,
): Promise<Decided> {
  return withRun(session, options, async (run) => {
    const { step, decision, reason, moved = [] } = options;
    const before = assertDecidable(run, step, decision);
    const probed =
      decision === 'mark-done' && before.status !== 'undo-failed'
        ? await probe(run, before)
        : undefined;
    if (probed?.found === 'not-done' && options.force !== true) throw notDone(session.runId, step);
    await run.journal.append({
      type: 'step.decided',
      step,
      decision,
      reason,
      by: session.by,
      ...(probed?.found === 'done' && { outputs: probed.outputs }),
      ...(probed !== undefined && { probed: answerOf(probed) }),
      ...(moved.length > 0 && { moved }),
    });
    return { state: run.journal.state, ...(probed === undefined ? {} : { probed }) };
  });
}

/** Later steps, and the deletion at the end, would rest on what is not there. */
function notDone(runId: string, step: string): DrctlError {
  return new DrctlError(
    'PRECONDITION_FAILED',
    `"${step}" does not count as done: its own check looked, and it is not`,
    {
      step,
      hint: `Do it by hand first, or have it done: drctl retry ${runId} ${step} --reason TEXT; --force counts it as done all the same`,
    },
  );
}

function answerOf(probed: Probed<JsonObject>): {
  readonly found: Probed<JsonObject>['found'];
  readonly because?: string;
} {
  return probed.found === 'unclear'
    ? { found: probed.found, because: probed.because }
    : { found: probed.found };
}

function assertDecidable<P extends Ports>(
  { graph, journal, session }: Execution<P>,
  id: string,
  decision: DecideOptions['decision'],
): InstanceState {
  const { state } = journal;
  const of = graph.steps.get(stepOfInstance(id));
  const known = of === undefined ? undefined : instancesOf(of, state);
  const ids = known?.map((instance) => instance.id) ?? [];
  if (of === undefined || (known !== undefined && !ids.includes(id))) {
    const all = [...graph.steps.values()].flatMap(
      (one) => instancesOf(one, state)?.map((instance) => instance.id) ?? [one.step.id],
    );
    const near = closest(id, ids.length > 0 ? ids : all);
    throw new DrctlError('USAGE', `Run ${session.runId} has no step "${id}"`, {
      hint: [
        ...(near === undefined ? [] : [`Did you mean "${near}"?`]),
        ids.length > 0
          ? `Its instances are ${listSome(ids)}`
          : `"drctl status ${session.runId}" lists its steps`,
      ].join(' '),
    });
  }
  const instance = instanceOf(state, id);
  const because = illegalBecause(
    state,
    { type: 'step.decided', step: id, decision, reason: '', by: session.by },
    instance,
  );
  if (because !== undefined) {
    throw new DrctlError('USAGE', `There is nothing to decide about "${id}": ${because}`, {
      hint: 'Decisions are for steps that failed, were refused, are unclear, or could not be undone',
    });
  }
  return instance;
}

async function probe<P extends Ports>(
  run: Execution<P>,
  { id, step }: InstanceState,
): Promise<Probed<JsonObject> | undefined> {
  const of = run.graph.steps.get(step);
  if (of === undefined || of.effect === 'read') return undefined;
  const instance = instancesOf(of, run.journal.state)?.find((each) => each.id === id)?.instance;
  return probeInstance(run, { id, of, instance }, [run.calm]);
}
