// drctl apply: plan, ask, do.

import { defineCommand } from '../define-command.ts';
import { approvalFlags, inputFlags, planFlags, stateFlags } from '../flags.ts';

export const applyCommand = defineCommand({
  command: 'apply <runbook>',
  describe: 'Plan, ask, and carry the runbook out; can be interrupted and resumed at any time',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: { ...inputFlags, ...stateFlags, ...planFlags, ...approvalFlags },
  examples: [
    ['drctl apply runbooks/aws-same-region.yaml -e my.env', 'Asks before it begins'],
    ['drctl apply my.yaml -e my.env --auto-approve --json', 'Without a person, for machines'],
  ],
  work: async (args, cli) => (await import('../handlers/apply.ts')).apply(args, cli),
});
