// drctl env: which values a runbook would get, and from where.

import { defineCommand } from '../define-command.ts';
import { inputFlags } from '../flags.ts';

export const envCommand = defineCommand({
  command: 'env <runbook>',
  describe: 'Show every value of a runbook with its origin; sensitive ones are masked',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: inputFlags,
  examples: [
    ['drctl env runbooks/aws-same-region.yaml -e my.env', 'Values and the lines they come from'],
    ['drctl env my.yaml -e my.env --set HC_REGION=eu-west-1', 'With one value replaced'],
  ],
  work: async (args, cli) => (await import('../handlers/env.ts')).showEnv(args, cli),
});
