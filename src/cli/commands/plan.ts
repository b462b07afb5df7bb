// drctl plan: what would be done, from the live world, by readers only.

import { defineCommand } from '../define-command.ts';
import { inputFlags, planFlags } from '../flags.ts';

export const planCommand = defineCommand({
  command: 'plan <runbook>',
  describe: 'Read the live world and show what apply would do; changes nothing',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: {
    ...inputFlags,
    ...planFlags,
    full: { type: 'boolean', default: false, describe: 'Every object and every field' },
    offline: {
      type: 'boolean',
      default: false,
      describe: 'Contact nothing; shows the structure only',
    },
    'detailed-exitcode': {
      type: 'boolean',
      default: false,
      describe: 'Exit with 10 when there are changes',
    },
    timeout: { type: 'string', describe: 'Give up after this long, for example 90s' },
  },
  examples: [
    ['drctl plan runbooks/aws-same-region.yaml -e my.env', 'What would be done'],
    ['drctl plan my.yaml -e my.env --full', 'With every object and field'],
    ['drctl plan my.yaml -e my.env --unavailable source', 'When the source is gone'],
  ],
  work: async (args, cli) => (await import('../handlers/plan.ts')).plan(args, cli),
});
