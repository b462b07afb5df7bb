// drctl doc: a runbook as a document for people. Contacts nothing.

import { defineCommand } from '../define-command.ts';
import { inputFlags } from '../flags.ts';

export const docCommand = defineCommand({
  command: 'doc <runbook>',
  describe: 'Write a runbook as a document: each step, why, and the commands that do it by hand',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: inputFlags,
  examples: [
    ['drctl doc my.yaml -e my.env > my-runbook.md', 'For the day on which drctl itself cannot run'],
    ['drctl doc runbooks/aws-same-region.yaml', 'Without values: templates as they stand'],
  ],
  work: async (args, cli) => (await import('../handlers/doc.ts')).document(args, cli),
});
