// What it means when planning a step fails: a mistake that must be put right first, or a world that is not there yet
// because earlier steps of the same run have still to make it.

import type { Effect } from '../contracts/action.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { Step } from '../contracts/runbook.ts';
import { makersFor } from './foresight.ts';
import type { Foresight } from './foresight.ts';

type Code = ErrorRecord['code'];

/** Wrong whatever the world looks like: also a guard that fails so can never hold. */
const configuration: ReadonlySet<Code> = new Set<Code>([
  'BUG',
  'ACTION_UNKNOWN',
  'ENV_INVALID',
  'PARAMS_INVALID',
  'TARGET_INVALID',
  'VALUE_UNRESOLVED',
]);

/** All that is asked of the target fails alike. */
const connection: ReadonlySet<Code> = new Set<Code>([
  'CLIENT_UNAUTHENTICATED',
  'CLIENT_UNREACHABLE',
  'TARGET_INVALID',
]);

/** Something that was looked for is not there. */
const absence: ReadonlySet<Code> = new Set<Code>([
  'CLIENT_NOT_FOUND',
  'FILE_UNREADABLE',
  'SELECTION_EMPTY',
]);

/** The world was read, and is not as the step demands. */
const disagreement: ReadonlySet<Code> = new Set<Code>([
  'ASSERTION_FAILED',
  'EXEC_FAILED',
  'GUARD_REFUSED',
  'PRECONDITION_FAILED',
  'STEP_FAILED',
]);

export function isConfigurationError(error: ErrorRecord): boolean {
  return configuration.has(error.code);
}

export function isConnectionError(error: ErrorRecord): boolean {
  return connection.has(error.code);
}

/** The world was read, and this is what was found. */
export function isAnswer(error: ErrorRecord): boolean {
  return absence.has(error.code) || disagreement.has(error.code);
}

export type FailureVerdict =
  /** The plan cannot be applied. */
  | { readonly kind: 'error' }
  /** Planned again once these steps have ended; none are named: when its turn comes. */
  | { readonly kind: 'later'; readonly waitsFor: readonly string[]; readonly note: string }
  /** It is carried out all the same when its turn comes. */
  | { readonly kind: 'note'; readonly note: string };

/** A target that need not answer while planning. What would be read is not asked for; what would be done is not known. */
export function judgeSilence(target: string, effect: Effect): FailureVerdict {
  const note = `${target} does not answer now`;
  return effect === 'read'
    ? { kind: 'note', note: `${note}; looked at when its turn comes` }
    : { kind: 'later', waitsFor: [], note: `${note}; planned when its turn comes` };
}

/** Naming more steps than this tells a person nothing. */
const maxNamed = 3;

/**
 * An absent object is an error unless an earlier step may make it: then the step is planned later. So it is with a
 * target that does not answer and is only read, because a run may be what brings it back. What a reading step finds
 * different is a note, because people and controllers change the world too, and so is what fails in a step without
 * which the run goes on. All else is an error.
 */
export function judgeFailure(input: {
  readonly error: ErrorRecord;
  readonly effect: Effect;
  readonly onFailure: Step['onFailure'];
  readonly targets: readonly string[];
  readonly foresight: Foresight;
}): FailureVerdict {
  const { error, effect, onFailure, targets, foresight } = input;
  const isMissing =
    absence.has(error.code) || (effect === 'read' && error.code === 'CLIENT_UNREACHABLE');
  const waitsFor = isMissing ? makersFor(targets, foresight).slice(-maxNamed) : [];
  if (waitsFor.length > 0) {
    const note = `not there now: ${error.message} (looked for again after ${waitsFor.join(', ')})`;
    return effect === 'read' ? { kind: 'note', note } : { kind: 'later', waitsFor, note };
  }
  if (onFailure === 'continue' && !isConfigurationError(error)) {
    const note = `would fail now: ${error.message} (the run goes on without this step)`;
    return { kind: 'note', note };
  }
  if (effect === 'read' && disagreement.has(error.code)) {
    return { kind: 'note', note: `does not hold now: ${error.message} (checked again then)` };
  }
  return { kind: 'error' };
}
