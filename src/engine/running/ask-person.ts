// Asks a person, for as long as they need, unless the run is interrupted meanwhile.

import type { Approval, Ports } from '../contracts/action.ts';
import type { Execution } from './execution.ts';

/** Undefined when the run was interrupted first. Throws DECLINED and APPROVAL_NEEDED. */
export async function askPerson<P extends Ports>(
  { session, halt }: Execution<P>,
  request: { readonly subject: string; readonly message: string },
): Promise<Approval | undefined> {
  const signal = AbortSignal.any([halt, session.interrupt]);
  if (signal.aborted) return undefined;
  const asked = session.approver.approve(request);
  const done = new AbortController();
  const interrupted = new Promise<undefined>((resolve) => {
    // Asking may itself have taken the Ctrl-C.
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { signal: done.signal });
  });
  try {
    return await Promise.race([asked, interrupted]);
  } catch (error) {
    // The prompt itself may end because of the same Ctrl-C.
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    done.abort();
  }
}
