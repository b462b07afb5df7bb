// What a session gives up beside what the run was begun without: journaled, so that later sessions go on without it.

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
