// drctl plan: what would be done, from the live world, by readers only.

import { defineCommand } from '../define-command.ts';
import { choiceFlags, fullFlags, inputFlags, planFlags, stateFlags } from '../flags.ts';

export const planCommand = defineCommand({
  command: 'plan <runbook>',
  describe: 'Read the live world and show what apply would do; changes nothing',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: {
    ...inputFlags,
    ...stateFlags,
    ...planFlags,
    ...choiceFlags,
    ...fullFlags,
    offline: {
      type: 'boolean',
      default: false,
      describe: 'Contact nothing; shows the structure only',
    },
    out: {
      alias: 'o',
      type: 'string',
      describe: 'Save the plan in this file, for "drctl show" and "drctl apply"',
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
    ['drctl plan my.yaml -e my.env -o my.plan', 'To be reviewed, and applied later'],
    ['drctl plan my.yaml -e my.env --unavailable source', 'When the source is gone'],
    ['drctl plan my.yaml -e my.env --until snapshot', 'Only a part of it'],
  ],
  work: async (args, cli) => (await import('../handlers/plan.ts')).plan(args, cli),
});
