// What carrying out a run needs beyond planning: clients, people, and the two ways of being interrupted.

import type { Ports } from '../contracts/action.ts';
import type { DrctlError } from '../contracts/errors.ts';
import type { Operator, RunOutcome } from '../contracts/journal-event.ts';
import type { RunLease } from '../contracts/store.ts';
import type { Approver } from '../contracts/system.ts';
import type { Session } from '../planning/session.ts';
import type { RunState } from './run-state.ts';

export interface RunSession<P extends Ports> extends Session<P> {
  readonly ports: {
    readonly readers: P['readers'];
    /** Connections that can write, for the run that holds this lease. */
    clients(lease: RunLease): P['clients'];
  };
  readonly approver: Approver;
  /** Aborted by the first Ctrl-C: nothing new begins, what runs may end. `signal` is the second: abort now. */
  readonly interrupt: AbortSignal;
  readonly by: Operator;
}

export interface RunResult {
  /**
   * `waiting`: a person must decide or approve something; `error` says what. It can be resumed. `cleaned-up`: it holds
   * nothing down any more, and can be resumed or rolled back.
   */
  readonly outcome: RunOutcome | 'interrupted' | 'waiting' | 'cleaned-up';
  readonly error?: DrctlError;
  readonly state: RunState;
}
