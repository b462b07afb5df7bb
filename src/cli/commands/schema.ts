// drctl schema: the JSON Schemas of runbooks, for editors, and of saved plans.

import { defineCommand } from '../define-command.ts';

export const schemaCommand = defineCommand({
  command: 'schema [of]',
  describe: 'Print the JSON Schema of runbooks, for editors, or of saved plans',
  positionals: {
    of: {
      type: 'string',
      choices: ['runbook', 'plan'],
      default: 'runbook',
      describe: 'What is described',
    },
  },
  flags: {},
  examples: [
    ['drctl schema > runbook.v1.schema.json', 'For "yaml-language-server: $schema=…"'],
    ['drctl schema plan', 'Of what "drctl plan -o FILE" writes'],
  ],
  work: async (args, cli) => (await import('../handlers/schema.ts')).printSchema(args, cli),
});
