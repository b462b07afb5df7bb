// Fixes the instances of a forEach step, once and for all: what the list is on another day does not matter any more.

import type { Ports } from '../contracts/action.ts';
import { invariant } from '../contracts/invariant.ts';
import { expandForEach, instanceId } from '../planning/expand-step.ts';
import { doBounded } from './bounded-work.ts';
import { endAttempt } from './end-attempt.ts';
import type { Execution } from './execution.ts';
import { reasonToSkip, whyLeftOut } from './prepare-attempt.ts';
import type { GraphStep } from './run-graph.ts';
import { scopeFor, scopeOf } from './step-scope.ts';

/** An expression that gives no list fails the step as a whole. Rejects only when the journal cannot be written. */
export async function expandGraphStep<P extends Ports>(
  run: Execution<P>,
  of: GraphStep,
): Promise<void> {
  const { step } = of;
  const { forEach } = step;
  invariant(forEach !== undefined, `${step.id} has no forEach`);
  const { system } = run.session;
  const ended = await doBounded(
    {
      system,
      timeoutMs: step.timeoutMs,
      signals: [run.calm],
      subject: `Expanding step "${step.id}"`,
      lastReport: () => undefined,
      retryable: true,
    },
    async (signal) => {
      const leftOut = whyLeftOut(run, of);
      if (leftOut !== undefined) return leftOut;
      const scope = await scopeFor(run, scopeOf({ id: step.id, of, instance: undefined }, signal));
      const because = reasonToSkip(run, of, scope);
      return because ?? expandForEach({ ...step, forEach }, scope);
    },
  );
  if (ended.kind !== 'returned') {
    return endAttempt(run, { id: step.id, of, instance: undefined }, ended);
  }
  const answer = ended.value;
  if (typeof answer === 'string') {
    return run.journal.append({ type: 'step.skipped', step: step.id, because: answer });
  }
  invariant(answer.kind === 'instances', `${step.id} is due, so its list must be known`);
  for (const { key, item } of answer.instances) {
    run.live.items.set(instanceId(step.id, key), item);
  }
  return run.journal.append({
    type: 'step.expanded',
    step: step.id,
    instances: answer.instances,
  });
}
