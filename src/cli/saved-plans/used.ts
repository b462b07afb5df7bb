// A plan is used once: its parameters name its run. A second use is told what became of the first.

import type { StateStore } from '../../adapters/index.ts';
import { DrctlError } from '../../engine/index.ts';
import type { RunHeader, SavedPlan } from '../../engine/index.ts';
import { stateWord } from '../handlers/runs.ts';
import { readState } from '../state-folder.ts';

/** RUN_EXISTS. */
export async function assertUnused(
  { runId, runbook }: SavedPlan,
  store: StateStore,
): Promise<void> {
  const header = await headerOf(store, runId);
  if (header === undefined) return;
  const state = await readState(store, runId).catch(() => undefined);
  const isBusy = (await store.holder(runId)) !== undefined;
  const { user, host } = header.by;
  throw new DrctlError(
    'RUN_EXISTS',
    `This plan was used: it became run ${runId}, begun by ${user}@${host} ${header.createdAt} (${stateWord(state, isBusy)}; its state is in ${await store.home(runId)})`,
    {
      hint: `"drctl status ${runId}" shows that run. To do it once more, plan again: drctl plan ${runbook.path} -o FILE`,
    },
  );
}

async function headerOf(store: StateStore, runId: string): Promise<RunHeader | undefined> {
  try {
    return await store.header(runId);
  } catch (error) {
    if (error instanceof DrctlError && error.code === 'RUN_NOT_FOUND') return undefined;
    throw error;
  }
}
