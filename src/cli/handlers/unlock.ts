// drctl unlock.

import { DrctlError } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';

export async function unlock(
  args: StateArgs & { readonly run: string; readonly force: boolean },
  cli: Cli,
): Promise<number> {
  const { operator } = await import('../../adapters/index.ts');
  const by = operator();
  const store = await openStore(args, cli);
  const holder = await store.holder(args.run);
  const { style } = cli.output;
  if (holder === undefined) {
    cli.output.result(`Nobody holds run ${args.run}`);
    cli.output.event('unlocked', { runId: args.run });
    return 0;
  }
  const who = `${holder.user}@${holder.host} (process ${holder.pid}, since ${holder.since})`;
  if (holder.host === by.host && !args.force) {
    throw new DrctlError(
      'RUN_LOCKED',
      `Run ${args.run} is held by ${who}, which is alive on this machine`,
      {
        hint: 'Stop that process first, or say --force: it then stops before its next effect',
      },
    );
  }
  const lease = await store.open(args.run, { by, takeover: true });
  await lease.release();
  cli.output.result(`${style.good('✓')} Run ${args.run} was taken from ${who}`);
  cli.output.result(`  drctl resume ${args.run}     go on`);
  cli.output.event('unlocked', { runId: args.run, holder });
  return 0;
}
