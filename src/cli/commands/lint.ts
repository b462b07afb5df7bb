// drctl lint: what is valid in a runbook and may hurt. Contacts nothing.

import { defineCommand } from '../define-command.ts';

export const lintCommand = defineCommand({
  command: 'lint <runbook>',
  describe:
    'Find what is valid in a runbook and may hurt: missing guards, undo, timeouts; unused values',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: {},
  examples: [['drctl lint my.yaml', 'Exits with 2 when it finds something']],
  work: async (args, cli) => (await import('../handlers/lint.ts')).lintRunbook(args, cli),
});
