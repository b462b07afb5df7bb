// One process at work on one run: what all its parts share. The journal holds what is known; the rest here are things
// that may not be written down (secrets) or that end with the process (what is under way).

import type { Approval, Ports } from '../contracts/action.ts';
import type { Risk } from '../contracts/change.ts';
import type { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Plan } from '../contracts/plan.ts';
import type { Scope } from '../contracts/runbook.ts';
import type { RunLease } from '../contracts/store.ts';
import { baseScope } from '../planning/scope.ts';
import type { RunFold } from './fold.ts';
import { buildRunGraph } from './run-graph.ts';
import type { RunGraph } from './run-graph.ts';
import { createRunJournal } from './run-journal.ts';
import type { RunJournal } from './run-journal.ts';
import type { RunSession } from './run-session.ts';

/** Values as they are, of instances that this process carried out; the journal has them masked. */
export interface LiveValues {
  readonly params: Map<string, JsonObject>;
  readonly outputs: Map<string, JsonObject>;
  readonly items: Map<string, Json>;
}

/** Why the session will end; the first of each kind counts. */
export interface Endings {
  /** A step failed. */
  failure?: DrctlError;
  /** A person must decide or approve. */
  waiting?: DrctlError;
  /** An undo failed. */
  undo?: DrctlError;
  /** A rollback asked a person, who did not say yes. */
  declined?: DrctlError;
  /** Not an error of the world but of drctl: thrown once the run has ended in order. */
  bug?: Error;
}

export interface Execution<P extends Ports> {
  readonly session: RunSession<P>;
  readonly graph: RunGraph;
  readonly plan: Plan;
  /** Step id → the risk at which the plan shows it. */
  readonly approvedRisks: ReadonlyMap<string, Risk>;
  readonly lease: RunLease;
  readonly clients: P['clients'];
  readonly journal: RunJournal;
  readonly live: LiveValues;
  readonly endings: Endings;
  /** What a person has agreed to while undoing, by the question: a second try, or another step, does not ask the same. */
  readonly undoApprovals: Map<string, Approval>;
  /** Instances whose action does not end though it was told to: they may still be working. */
  readonly abandoned: Set<string>;
  /** env, vars and run. */
  readonly scope: Scope;
  /** End now: a person interrupted twice, the journal cannot be written, or drctl has a bug. */
  readonly halt: AbortSignal;
  /** Begin nothing new; what only reads or waits may stop, because it is simply done again. Aborted before `halt`. */
  readonly calm: AbortSignal;
  /** Aborts `calm`: a step failed, or a person must decide. */
  readonly stopping: AbortController;
  /** Aborts `halt`. */
  readonly crash: AbortController;
  /** Aborted when the time for rolling back is used up. */
  readonly budget: AbortController;
}

export function createExecution<P extends Ports>(
  session: RunSession<P>,
  options: { readonly lease: RunLease; readonly plan: Plan; readonly fold: RunFold },
): Execution<P> {
  const { lease, plan, fold } = options;
  const { redactor, emit, runbook, registry, unavailable } = session;
  const scope = baseScope(session);
  const journal = createRunJournal({ lease, fold, redactor, emit });
  const stopping = new AbortController();
  const crash = new AbortController();
  const halt = AbortSignal.any([session.signal, journal.broken, crash.signal]);
  return {
    session,
    graph: buildRunGraph(runbook, registry, {
      unavailable,
      scope,
      selection: plan.selection,
    }),
    plan,
    approvedRisks: new Map(plan.phases.flatMap(({ steps }) => steps.map((s) => [s.id, s.risk]))),
    lease,
    clients: session.ports.clients(lease),
    journal,
    live: { params: new Map(), outputs: new Map(), items: new Map() },
    endings: {},
    undoApprovals: new Map(),
    abandoned: new Set(),
    scope,
    halt,
    calm: AbortSignal.any([halt, session.interrupt, stopping.signal]),
    stopping,
    crash,
    budget: new AbortController(),
  };
}
