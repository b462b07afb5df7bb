// drctl show: a saved plan, as plan printed it.

import { defineCommand } from '../define-command.ts';
import { fullFlags } from '../flags.ts';

export const showCommand = defineCommand({
  command: 'show <file>',
  describe: 'Print a saved plan, from its file alone; contacts nothing',
  positionals: {
    file: { type: 'string', demandOption: true, describe: 'What "drctl plan -o FILE" wrote' },
  },
  flags: {
    ...fullFlags,
  },
  examples: [
    ['drctl show move.plan', 'What it would do'],
    ['drctl show move.plan --json', 'For machines'],
  ],
  work: async (args, cli) => (await import('../handlers/show.ts')).show(args, cli),
});
