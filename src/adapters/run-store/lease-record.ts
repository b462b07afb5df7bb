// What a lease says about its holder, whether that holder may still be at work, and how others are told. A lease is the
// last of a row of numbered records; the stores differ only in how a record of a new number is made by exactly one.

import { DrctlError } from '../../engine/index.ts';
import type { LeaseHolder, Operator, StoreFinding } from '../../engine/index.ts';
import { identify, livenessOf } from './process-identity.ts';
import type { Liveness, ProcessIdentity } from './process-identity.ts';

/** Each lost race is a race that somebody else won; this many in a row do not happen by chance. */
export const maxRaces = 100;

export interface LeaseRecord extends LeaseHolder, ProcessIdentity {
  readonly releasedAt?: string;
}

export interface HeldLease {
  /** LEASE_LOST when another process took over. One call. */
  assertHeld(): Promise<void>;
  /** Nothing happens when it was lost. */
  release(at: string): Promise<void>;
  /** The one before was neither released nor dead: its process may still be writing. */
  readonly tookOver: boolean;
}

export interface AcquireOptions {
  readonly runId: string;
  readonly by: Operator;
  readonly since: string;
  readonly takeover: boolean;
}

/** Numbered lease records of one run. */
export interface LeaseRow {
  /** 0 when there is none. */
  lastNumber(): Promise<number>;
  /** A damaged record is `unknownHolder`: nobody can be asked, and `takeover` is the way on. */
  read(number: number): Promise<LeaseRecord>;
  /** False when another process was faster. */
  create(number: number, record: LeaseRecord): Promise<boolean>;
  exists(number: number): Promise<boolean>;
  /** The record of a holder that has it no more. */
  replace(number: number, record: LeaseRecord): Promise<void>;
}

/** RUN_LOCKED names the holder. Throws what the row throws. */
export async function acquireLease(row: LeaseRow, options: AcquireOptions): Promise<HeldLease> {
  const { runId, by, since, takeover } = options;
  const mine: LeaseRecord = { ...by, since, ...(await identify(by.pid)) };
  for (let race = 0; race < maxRaces; race += 1) {
    const number = await row.lastNumber();
    const last = number === 0 ? undefined : await row.read(number);
    const state = last === undefined ? 'free' : await stateOf(last);
    if (last !== undefined && (state === 'alive' || state === 'elsewhere') && !takeover) {
      throw lockedError(runId, last, state);
    }
    if (await row.create(number + 1, mine)) {
      const tookOver = state !== 'free' && state !== 'dead';
      return heldLease(row, { runId, number: number + 1, mine, tookOver });
    }
  }
  throw new DrctlError('RUN_LOCKED', `Run ${runId} is wanted by other processes again and again`, {
    hint: `Run "drctl status ${runId}" to see who works on it`,
  });
}

/** Who holds it: nobody when the last holder released it or is dead. */
export async function leaseHolder(row: LeaseRow): Promise<LeaseHolder | undefined> {
  const number = await row.lastNumber();
  if (number === 0) return undefined;
  const last = await row.read(number);
  const state = await stateOf(last);
  if (state === 'free' || state === 'dead') return undefined;
  return { user: last.user, host: last.host, pid: last.pid, since: last.since };
}

function heldLease(
  row: LeaseRow,
  held: {
    readonly runId: string;
    readonly number: number;
    readonly mine: LeaseRecord;
    readonly tookOver: boolean;
  },
): HeldLease {
  const { runId, number, mine, tookOver } = held;
  return {
    tookOver,
    assertHeld: async () => {
      if (!(await row.exists(number + 1))) return;
      const who = describe(await row.read(number + 1));
      throw new DrctlError('LEASE_LOST', `Run ${runId} was taken over by ${who}`, {
        hint: `Run "drctl status ${runId}" to see how it goes on there`,
      });
    },
    release: async (at) => {
      if (await row.exists(number + 1)) return;
      await row.replace(number, { ...mine, releasedAt: at });
    },
  };
}

async function stateOf(lease: LeaseRecord): Promise<'free' | Liveness> {
  return lease.releasedAt === undefined ? livenessOf(lease) : 'free';
}

/** `place`: its path or key. */
export function decodeLease(text: string, place: string): LeaseRecord {
  try {
    const lease = JSON.parse(text) as LeaseRecord | null;
    if (isHolder(lease)) return lease;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { user: 'unknown', host: `unknown (${place} is damaged)`, pid: 0, since: 'unknown' };
}

function isHolder(lease: LeaseRecord | null): lease is LeaseRecord {
  const texts = [lease?.user, lease?.host, lease?.since];
  return texts.every((text) => typeof text === 'string') && Number.isSafeInteger(lease?.pid);
}

export function encodeLease(lease: LeaseRecord): string {
  return `${JSON.stringify(lease)}\n`;
}

/** Of the names below a run: the number of the last lease, 0 when there is none. */
export function lastLeaseNumber(names: readonly string[]): number {
  return leaseNumbers(names).at(-1) ?? 0;
}

/** In order. */
export function leaseNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => /^lease-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((one, other) => one - other);
}

/** Leases are never removed: that each number is taken once is what keeps a run at one writer. */
export function missingLeases(place: string, numbers: readonly number[]): readonly StoreFinding[] {
  const last = numbers.at(-1) ?? 0;
  const missing = last - numbers.length;
  if (missing <= 0) return [];
  return [
    {
      severity: 'error',
      message: `${place}: ${missing} of the leases before ${leaseName(last)} ${missing === 1 ? 'is' : 'are'} missing`,
      hint: 'Nobody may remove leases: two processes could then work on the run at once',
    },
  ];
}

export function leaseName(number: number): string {
  return `lease-${number}.json`;
}

function lockedError(runId: string, holder: LeaseHolder, state: Liveness): DrctlError {
  return new DrctlError('RUN_LOCKED', `Run ${runId} is being worked on by ${describe(holder)}`, {
    hint:
      state === 'elsewhere'
        ? `When that process is gone, run "drctl unlock ${runId}"`
        : `Wait for that process to end; "drctl status ${runId}" shows how far it is. Should it hang, stop process ${holder.pid}, or take the run from it alive: "drctl unlock ${runId} --force"; it then stops before its next effect`,
  });
}

function describe({ user, host, pid, since }: LeaseHolder): string {
  return `${user} on ${host}, pid ${pid}, since ${since}`;
}
