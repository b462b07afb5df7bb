// What `spec.pausedUntil` means, as the real operator reads it: "true", or a future RFC 3339 time with its zone. Anything
// else that the CRD lets through, a date without zone above all, does not pause.

export interface Pause {
  readonly paused: boolean;
  readonly reason: 'AsExpected' | 'ReconciliationPaused' | 'InvalidPausedUntilValue';
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

export function pauseOf(pausedUntil: string | undefined, nowMs: number): Pause {
  if (pausedUntil === undefined) return { paused: false, reason: 'AsExpected' };
  if (/^true$/i.test(pausedUntil)) return { paused: true, reason: 'ReconciliationPaused' };
  if (/^false$/i.test(pausedUntil)) return { paused: false, reason: 'AsExpected' };
  if (!RFC3339.test(pausedUntil)) return { paused: false, reason: 'InvalidPausedUntilValue' };
  return Date.parse(pausedUntil) > nowMs
    ? { paused: true, reason: 'ReconciliationPaused' }
    : { paused: false, reason: 'AsExpected' };
}
