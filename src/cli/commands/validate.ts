// drctl validate: is the runbook right? Contacts nothing.

import { defineCommand } from '../define-command.ts';
import { inputFlags } from '../flags.ts';

export const validateCommand = defineCommand({
  command: 'validate <runbook>',
  describe: 'Check a runbook: keys, types, references, cycles; with -e also its values',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: inputFlags,
  examples: [
    ['drctl validate runbooks/aws-same-region.yaml', 'The runbook alone; needs no values'],
    ['drctl validate my.yaml -e my.env', 'And the values, as plan and apply would see them'],
  ],
  work: async (args, cli) => (await import('../handlers/validate.ts')).validate(args, cli),
});
