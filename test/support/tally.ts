// What the suites about crashes and faults have tried, for the table at the end of a CI run: one JSON line a suite in
// the file named by DRCTL_TEST_TALLY. Nothing is written where it is not set.
import { appendFileSync } from 'node:fs';

export interface Tally {
  /** What was tried: "every crash point, embedded lab". One line of the table. */
  readonly suite: string;
  /** Points at which a run was cut off: appends of the journal and calls to servers. */
  readonly crashPoints?: number;
  /** Faults that a server, a connection, a disk or a clock was made to have. */
  readonly faults?: number;
  /** Processes that were ended by SIGKILL and whose run came to its end all the same. */
  readonly kills?: number;
  /** Rules of the world that were broken: an instance lost, an object destroyed that must not be. */
  readonly violations: number;
  /** Runs whose world or outputs were not those of the uncut run. */
  readonly differences: number;
  /** What the random choices were made from; the same seed makes the same choices. */
  readonly seed?: number;
}

export function tally(entry: Tally): void {
  const file = process.env['DRCTL_TEST_TALLY'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
