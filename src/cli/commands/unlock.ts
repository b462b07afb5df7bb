// drctl unlock: take a run's lease away from a process that is gone.

import { defineCommand } from '../define-command.ts';
import { stateFlags } from '../flags.ts';

export const unlockCommand = defineCommand({
  command: 'unlock <run>',
  describe: 'Take a run from the process that holds it, when its machine is gone',
  positionals: { run: { type: 'string', demandOption: true, describe: 'Id of the run' } },
  flags: {
    ...stateFlags,
    force: {
      type: 'boolean',
      default: false,
      describe: 'Also when the holder is alive, as far as can be seen from here',
    },
  },
  examples: [['drctl unlock 20261122-031502-aws-same-region-k3f9', 'Then "drctl resume"']],
  work: async (args, cli) => (await import('../handlers/unlock.ts')).unlock(args, cli),
});
