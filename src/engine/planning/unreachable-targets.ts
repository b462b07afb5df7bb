// Targets that did not answer: they are not asked again, and of several errors about one target the first is shown, so
// that a cluster that is gone gives one message and one timeout.

import type { ErrorRecord } from '../contracts/errors.ts';
import { isConnectionError } from './planning-failure.ts';

export interface UnreachableTargets {
  /** What one of these targets has answered before, where that was no answer; undefined: ask it. */
  errorOf(targets: readonly string[]): ErrorRecord | undefined;
  /** Keeps what can be told from the error: with several targets it is not known which of them it was. */
  learn(targets: readonly string[], error: ErrorRecord): void;
  /**
   * For errors that make the plan impossible, asked in the order in which they are shown. Undefined: show this one.
   * Otherwise an earlier one has said the same about this target, and this is what to say instead.
   */
  repeats(targets: readonly string[], error: ErrorRecord): string | undefined;
}

export function createUnreachableTargets(): UnreachableTargets {
  const known = new Map<string, ErrorRecord>();
  const shown = new Set<string>();
  return {
    errorOf(targets) {
      const gone = targets.find((name) => known.has(name));
      return gone === undefined ? undefined : known.get(gone);
    },
    learn(targets, error) {
      const target = targetOf(targets, error);
      if (target !== undefined && !known.has(target)) known.set(target, error);
    },
    repeats(targets, error) {
      if (!isConnectionError(error)) return undefined;
      const before = targets.find((name) => shown.has(name));
      if (before !== undefined) {
        return `not read: target "${before}" cannot be used, see the first error about it`;
      }
      const target = targetOf(targets, error);
      if (target !== undefined) shown.add(target);
      return undefined;
    },
  };
}

function targetOf(targets: readonly string[], error: ErrorRecord): string | undefined {
  return targets.length === 1 && isConnectionError(error) ? targets[0] : undefined;
}
