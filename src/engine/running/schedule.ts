// The next moves of a run that goes on: the same answers as `nextMoves`, without looking at the whole run each time.

import type { JournalRecord } from '../contracts/journal-event.ts';
import type { PhaseStanding } from './phase-standing.ts';
import { nextMoves, standingsOf } from './next-moves.ts';
import type { Move, Surroundings } from './next-moves.ts';
import type { RunGraph } from './run-graph.ts';
import type { RunState } from './run-state.ts';

export interface Schedule {
  /** The state has taken this record. */
  note(record: JournalRecord): void;
  /** `nextMoves` of the state as it is. */
  next(now: Surroundings): readonly Move[];
}

/** `state` is the one that grows with the journal. */
export function createSchedule(graph: RunGraph, state: RunState): Schedule {
  const none = new Map<number, PhaseStanding>();
  let known = none;
  let seq = state.seq;
  return {
    note({ event, seq: noted }) {
      // What concerns the run as a whole comes seldom and can change everything: then all of it is looked at anew.
      const isNext = noted === seq + 1 && state.seq === noted;
      if (!isNext || !('step' in event)) known = new Map();
      else for (const standing of known.values()) standing.note(event.step);
      seq = state.seq;
    },
    next(now) {
      if (seq !== state.seq) known = new Map();
      seq = state.seq;
      return nextMoves(graph, state, now, standingsOf(graph, state, known));
    },
  };
}
