// What is not as it was when a plan was made: data, for people and machines to read.

import type { FieldChange } from '../contracts/change.ts';

export interface Move {
  readonly about:
    | 'runbook'
    | 'value'
    | 'drctl'
    | 'action'
    | 'target'
    | 'precondition'
    | 'guard'
    | 'impact'
    | 'step';
  /** Of the file, value, action, target, check, impact, or instance of a step. */
  readonly name: string;
  /** The plan that somebody said yes to does not fit any more. */
  readonly matters: boolean;
  /** A clause that goes on from the name: "is not there any more". */
  readonly message: string;
  /** What would be done otherwise, object by object. */
  readonly objects?: readonly ObjectMove[];
}

export interface ObjectMove {
  /** "source: Secret clusters/pull-secret" */
  readonly object: string;
  readonly message: string;
  readonly fields: readonly FieldMove[];
}

/** What the plan would do to one field, and what would be done now. Absent: nothing. */
export interface FieldMove {
  readonly path: string;
  readonly planned?: Omit<FieldChange, 'path'>;
  readonly now?: Omit<FieldChange, 'path'>;
}
