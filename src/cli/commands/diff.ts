// drctl diff: what differs between two runbooks by meaning. Contacts nothing.

import { defineCommand } from '../define-command.ts';

export const diffCommand = defineCommand({
  command: 'diff <old> <new>',
  describe: 'What differs between two runbooks by meaning, and which protections that takes away',
  positionals: {
    old: { type: 'string', demandOption: true, describe: 'Path of the runbook as it was' },
    new: { type: 'string', demandOption: true, describe: 'Path of the runbook as it is now' },
  },
  flags: {
    'detailed-exitcode': {
      type: 'boolean',
      default: false,
      describe: 'Exit with 10 when they differ',
    },
  },
  examples: [
    ['drctl diff runbooks/aws-same-region.yaml my.yaml', 'What was customised'],
    ['drctl diff old.yaml new.yaml --detailed-exitcode', 'For a pipeline: 10 when they differ'],
  ],
  work: async (args, cli) => (await import('../handlers/diff.ts')).diff(args, cli),
});
