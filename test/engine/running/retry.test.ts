import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../../src/engine/index.ts';
import { mayRetry, retryDelayMs, undoPolicy } from '../../../src/engine/running/retry.ts';

const policy = {
  attempts: 4,
  initialDelayMs: 1_000,
  factor: 2,
  maxDelayMs: 5_000,
  jitter: false,
};
const none = { retryAfterMs: undefined };

function ask(retryAfterMs: number): number {
  return retryDelayMs(policy, { attempts: 1, retryAfterMs }, 0);
}

describe('the delay before another attempt', () => {
  it('grows by the factor up to its maximum', () => {
    const delays = [1, 2, 3, 4, 50].map((attempts) =>
      retryDelayMs(policy, { attempts, ...none }, 0.5),
    );
    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('with jitter stays between half of it and all of it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
        const delay = retryDelayMs({ ...policy, jitter: true }, { attempts: 2, ...none }, random);
        expect(delay).toBeGreaterThanOrEqual(1_000);
        expect(delay).toBeLessThanOrEqual(2_000);
      }),
    );
  });

  it('is never shorter than what the server asked for, within reason', () => {
    expect(ask(7_000)).toBe(7_000);
    expect(ask(10)).toBe(1_000);
    expect(ask(86_400_000)).toBe(300_000);
  });
});

describe('another attempt', () => {
  const passing = new DrctlError('CLIENT_UNREACHABLE', 'x', { retryable: true });

  it('follows only errors that may pass, while attempts are left, and never a bug', () => {
    expect(mayRetry(passing, 3, policy)).toBe(true);
    expect(mayRetry(passing, 4, policy)).toBe(false);
    expect(mayRetry(new DrctlError('CLIENT_DENIED', 'x'), 1, policy)).toBe(false);
    expect(mayRetry(new TypeError('x'), 1, policy)).toBe(false);
  });
});

describe('another attempt of an undo', () => {
  it('is made for minutes where its step would have given up, and never less often than the step says', () => {
    const patient = undoPolicy(policy);
    const attempts = Array.from({ length: patient.attempts - 1 }, (_none, index) => index + 1);
    const waited = attempts.reduce(
      (sum, made) => sum + retryDelayMs(patient, { attempts: made, ...none }, 0),
      0,
    );
    expect(waited).toBeGreaterThan(3 * 60_000);
    expect(waited).toBeLessThan(5 * 60_000);
    expect(undoPolicy({ ...policy, attempts: 100 }).attempts).toBe(100);
  });
});
