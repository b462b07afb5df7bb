// drctl doctor: may we do what the runbook needs, on every target? Changes nothing.

import { defineCommand } from '../define-command.ts';
import { inputFlags, planFlags } from '../flags.ts';

export const doctorCommand = defineCommand({
  command: 'doctor <runbook>',
  describe: 'Ask each target who you are there and whether you may do all that the runbook needs',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: {
    ...inputFlags,
    unavailable: planFlags.unavailable,
    all: {
      type: 'boolean',
      default: false,
      describe: 'Print the complete policies, not only what is missing',
    },
    write: {
      type: 'string',
      describe: 'Write the policies into this folder, one file a target, instead of printing them',
    },
    'forced-rollback': {
      type: 'boolean',
      default: false,
      describe: 'Count in what "rollback --force" needs past a point of no return',
    },
    timeout: { type: 'string', describe: 'Give up after this long, for example 90s' },
  },
  examples: [
    [
      'drctl doctor runbooks/aws-same-region.yaml -e my.env',
      'What is missing, and how to grant it',
    ],
    ['drctl doctor my.yaml -e my.env --write rights', 'rights/source.rbac.yaml and so on'],
    ['drctl doctor my.yaml -e my.env --all --write rights', 'The complete roles and policies'],
    ['drctl doctor my.yaml -e my.env --unavailable source', 'When the source is gone'],
  ],
  work: async (args, cli) => (await import('../handlers/doctor.ts')).doctor(args, cli),
});
