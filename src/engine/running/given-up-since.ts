// What a session gives up beside what the run was begun without, and what a rollback takes up again: journaled, so that
// later sessions go on with the same.

import type { Ports } from '../contracts/action.ts';
import type { Execution } from './execution.ts';

/** The member of the event that begins the session; nothing when nothing was added. */
export function givenUpSince<P extends Ports>({
  session,
  plan,
}: Execution<P>): {
  readonly unavailable?: readonly string[];
} {
  const unavailable = session.unavailable.filter((target) => !plan.unavailable.includes(target));
  return unavailable.length === 0 ? {} : { unavailable };
}

/** What an earlier session had given up and this one reaches again: a rollback can put things back there. */
export function takenUpAgain<P extends Ports>({
  session,
  journal,
}: Execution<P>): {
  readonly available?: readonly string[];
} {
  const available = [...journal.state.unavailable].filter(
    (target) => !session.unavailable.includes(target),
  );
  return available.length === 0 ? {} : { available };
}
