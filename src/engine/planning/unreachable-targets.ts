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
  /** The target whose silence the runbook allows for and which explains this error; undefined: it is a failure. */
  expected(targets: readonly string[], error: ErrorRecord): string | undefined;
  /** The targets whose silence explains this error; with several it may be each of them. None: it is another failure. */
  silentOf(targets: readonly string[], error: ErrorRecord): readonly string[];
  /** Targets that did not answer, of those that need not. */
  silent(): readonly string[];
}

export function createUnreachableTargets(
  mayBeDown: ReadonlySet<string> = new Set(),
): UnreachableTargets {
  const known = new Map<string, ErrorRecord>();
  const shown = new Set<string>();
  const isSilent = (name: string): boolean => mayBeDown.has(name) && isSilence(known.get(name));
  return {
    errorOf(targets) {
      const all = targets.filter((name) => known.has(name));
      // A target that must answer is the one to be told of.
      const gone = all.find((name) => !isSilent(name)) ?? all[0];
      return gone === undefined ? undefined : known.get(gone);
    },
    learn(targets, error) {
      const [only] = targets;
      const isTimeout = targets.length === 1 && mayBeDown.has(only ?? '') && isSilence(error);
      const target = isTimeout ? only : targetOf(targets, error);
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
    expected(targets, error) {
      if (!isSilence(error)) return undefined;
      const mustAnswer = targets.filter((name) => !mayBeDown.has(name));
      if (mustAnswer.some((name) => known.has(name))) return undefined;
      return mustAnswer.length === 0 ? targets[0] : targets.find(isSilent);
    },
    silentOf(targets, error) {
      if (!isSilence(error)) return [];
      const silent = targets.filter((name) => isSilence(known.get(name)));
      if (silent.length > 0) return silent;
      // A wait may run out of time although its server answers.
      return error.code === 'CLIENT_UNREACHABLE' ? targets : [];
    },
    silent: () => [...known.keys()].filter(isSilent),
  };
}

/** A server behind which packets vanish ends the time for planning before its connection fails. */
function isSilence(error: ErrorRecord | undefined): boolean {
  return error?.code === 'CLIENT_UNREACHABLE' || error?.code === 'STEP_TIMEOUT';
}

function targetOf(targets: readonly string[], error: ErrorRecord): string | undefined {
  return targets.length === 1 && isConnectionError(error) ? targets[0] : undefined;
}
