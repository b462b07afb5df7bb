// A rollback that would take away what the run made while what it took out of use cannot come back, because the target
// was given up: afterwards the thing that was moved may be nowhere. Only a person who says so goes there.

import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import { listSome } from '../contracts/words.ts';
import type { Execution } from './execution.ts';
import { halfWay, undoProspects } from './undo-prospect.ts';
import type { HalfWay } from './undo-prospect.ts';

/** POINT_OF_NO_RETURN. */
export function assertNotHalfWay<P extends Ports>(run: Execution<P>, to: string | undefined): void {
  const half = halfWayOf(run, to);
  if (half !== undefined) throw refusedHalfWay(half, run.session.runId);
}

/** The same where a rollback is gone on with and a target is given up only now. POINT_OF_NO_RETURN. */
export function assertGoesOnWhole<P extends Ports>(run: Execution<P>): void {
  const { session, plan, journal } = run;
  const { rollback, outcome, unavailable } = journal.state;
  const isGivenUpNow = session.unavailable.some(
    (target) => !plan.unavailable.includes(target) && !unavailable.has(target),
  );
  if (rollback === undefined || outcome === 'rolled-back' || !isGivenUpNow) return;
  assertNotHalfWay(run, rollback.to);
}

/** Why the run is not rolled back by itself. */
export function whyHalfWay<P extends Ports>(run: Execution<P>): string | undefined {
  const half = halfWayOf(run, undefined);
  return half === undefined ? undefined : halfWayText(half);
}

export function refusedHalfWay(half: HalfWay, runId: string): DrctlError {
  const again = half.targets.map((target) => `--available ${target}`).join(' ');
  const gone = half.targets.map((target) => `--unavailable ${target}`).join(' ');
  return new DrctlError('POINT_OF_NO_RETURN', halfWayText(half), {
    hint: `Look at "drctl rollback ${runId} --preview". If ${half.targets.join(', ')} can be reached again: drctl rollback ${runId} ${again}. drctl rollback ${runId} ${gone} --force takes away the rest all the same: what serves there now is gone then, with everything written to it since`,
  });
}

export function halfWayText({ targets, kept, undone }: HalfWay): string {
  const gone = targets.map((target) => `"${target}"`).join(' and ');
  return (
    `${gone} ${targets.length === 1 ? 'was' : 'were'} given up, so what was done there cannot be undone (${listSome(kept)}), ` +
    `while what was done elsewhere would be (${listSome(undone)})`
  );
}

function halfWayOf<P extends Ports>(
  { session, graph, journal }: Execution<P>,
  to: string | undefined,
): HalfWay | undefined {
  const { runbook, registry, unavailable } = session;
  return halfWay(
    undoProspects({ runbook, registry, graph, state: journal.state, unavailable }, to),
  );
}
