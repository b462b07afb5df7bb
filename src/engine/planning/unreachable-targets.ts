// Targets that did not answer: the first step or check that meets one says so, the others are not even tried, so that
// a cluster that is gone gives one message and one timeout.

import type { ErrorRecord } from '../contracts/errors.ts';
import { isConnectionError } from './planning-failure.ts';

export interface UnreachableTargets {
  /** Why work on these targets is not to be tried; undefined: try it. */
  reasonFor(targets: readonly string[]): string | undefined;
  /** Keeps what can be told from the error: with several targets it is not known which of them it was. */
  learn(targets: readonly string[], error: ErrorRecord): void;
  /**
   * Undefined: show this error. Otherwise it repeats what an earlier one, in the order in which this is asked, has said
   * about its target, and this is what to show instead.
   */
  repeats(targets: readonly string[], error: ErrorRecord): string | undefined;
}

export function createUnreachableTargets(): UnreachableTargets {
  const known = new Set<string>();
  const shown = new Set<string>();
  return {
    reasonFor(targets) {
      const gone = targets.find((name) => known.has(name));
      return gone === undefined ? undefined : notRead(gone);
    },
    learn(targets, error) {
      const target = targetOf(targets, error);
      if (target !== undefined) known.add(target);
    },
    repeats(targets, error) {
      const target = targetOf(targets, error);
      if (target === undefined) return undefined;
      if (shown.has(target)) return notRead(target);
      shown.add(target);
      return undefined;
    },
  };
}

function targetOf(targets: readonly string[], error: ErrorRecord): string | undefined {
  return targets.length === 1 && isConnectionError(error) ? targets[0] : undefined;
}

function notRead(target: string): string {
  return `not read: target "${target}" cannot be used, see the first error about it`;
}
