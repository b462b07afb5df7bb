// drctl approve: one more person's yes to a phase that asks for several.

import { defineCommand } from '../define-command.ts';
import { inputFlags, stateFlags } from '../flags.ts';

export const approveCommand = defineCommand({
  command: 'approve <run> <subject>',
  describe:
    'Approve a phase that waits for more than one person; from any machine that sees the state',
  positionals: {
    run: { type: 'string', demandOption: true, describe: 'Id of the run' },
    subject: { type: 'string', demandOption: true, describe: 'The phase' },
  },
  flags: {
    ...inputFlags,
    ...stateFlags,
    reason: { type: 'string', describe: 'Why; kept in the journal with your name' },
  },
  examples: [
    ['drctl approve 20261122-031502-aws-same-region-k3f9 teardown', 'Then anybody: drctl resume'],
  ],
  work: async (args, cli) => (await import('../handlers/approve.ts')).approve(args, cli),
});
