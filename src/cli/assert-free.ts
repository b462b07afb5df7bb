// Refuses a run that somebody works on before its own questions are asked: an answer must not be asked for in vain.

import type { StateStore } from '../adapters/index.ts';
import { DrctlError } from '../engine/index.ts';

/** RUN_LOCKED. The lease itself decides in the end; `takeover` leaves it all to that. */
export async function assertFree(
  store: StateStore,
  { runId, takeover }: { readonly runId: string; readonly takeover: boolean },
): Promise<void> {
  const holder = takeover ? undefined : await store.holder(runId);
  if (holder === undefined) return;
  const who = `${holder.user}@${holder.host} (process ${holder.pid}, since ${holder.since})`;
  throw new DrctlError('RUN_LOCKED', `Run ${runId} is being worked on by ${who}`, {
    hint: `"drctl status ${runId}" shows how far it is. Wait for that process to end, or stop it first`,
  });
}
