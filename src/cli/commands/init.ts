// drctl init: a runbook of one's own to begin with.

import { defineCommand } from '../define-command.ts';

export const initCommand = defineCommand({
  command: 'init <file>',
  describe:
    'Begin a runbook of your own, from a shipped one or an empty one, with its values and schema',
  positionals: {
    file: { type: 'string', demandOption: true, describe: 'Where it will be: my-runbook.yaml' },
  },
  flags: {
    from: {
      choices: ['empty', 'aws-same-region', 'aws-backup'] as const,
      default: 'empty' as const,
      describe: 'What it begins as',
    },
  },
  examples: [
    ['drctl init my-runbook.yaml', 'The smallest runbook that does something'],
    ['drctl init my-move.yaml --from aws-same-region', 'A copy of a shipped one, to customise'],
  ],
  work: async (args, cli) => (await import('../handlers/init.ts')).init(args, cli),
});
