// Asks a person, for as long as they need, unless the run is interrupted meanwhile.

import type { Approval, ApprovalRequest, Ports } from '../contracts/action.ts';
import type { Execution } from './execution.ts';

/** Undefined when the run was interrupted or stops for another reason first. Throws DECLINED and APPROVAL_NEEDED. */
export async function askPerson<P extends Ports>(
  { session, calm }: Pick<Execution<P>, 'session' | 'calm'>,
  request: ApprovalRequest & { readonly subject: string },
): Promise<Approval | undefined> {
  if (calm.aborted) return undefined;
  const asked = session.approver.approve(request);
  const done = new AbortController();
  const interrupted = new Promise<undefined>((resolve) => {
    // Asking may itself have taken the Ctrl-C.
    if (calm.aborted) resolve(undefined);
    calm.addEventListener('abort', () => resolve(undefined), { signal: done.signal });
  });
  try {
    return await Promise.race([asked, interrupted]);
  } catch (error) {
    // The prompt itself may end because of the same Ctrl-C.
    if (calm.aborted) return undefined;
    throw error;
  } finally {
    done.abort();
  }
}
