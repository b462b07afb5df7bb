// A run that stopped because nobody confirmed that a target is gone has no last word about it in its journal: what it
// waits for follows from its runbook and from how far it is. Pure.

import type { Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook, Scope } from '../contracts/runbook.ts';
import type { RunHeader } from '../contracts/store.ts';
import { PhaseStanding } from './phase-standing.ts';
import { buildRunGraph } from './run-graph.ts';
import type { RunState } from './run-state.ts';

/**
 * The targets that a person has to confirm to be gone before the next phase goes on, and has not since the last process
 * began. `scope`: env, vars and run.
 */
export function targetsToConfirm<P extends Ports>(of: {
  readonly header: RunHeader;
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  readonly state: RunState;
  readonly scope: Scope;
}): readonly string[] {
  const { header, runbook, registry, state, scope } = of;
  const isForward = ['running', 'interrupted'].includes(state.status) || state.outcome === 'failed';
  if (!isForward || state.rollback !== undefined) return [];
  const unavailable = [...header.unavailable, ...state.unavailable];
  const { selection } = header.plan;
  const graph = buildRunGraph(runbook, registry, { unavailable, selection, scope });
  const next = graph.phases.find(({ steps }) => !new PhaseStanding(steps, state).forwardDone);
  return next?.toConfirm.filter((target) => !state.confirmedNow.has(target)) ?? [];
}
