// drctl schema: the JSON Schema of runbooks, for editors.

import { defineCommand } from '../define-command.ts';

export const schemaCommand = defineCommand({
  command: 'schema',
  describe: 'Print the JSON Schema of runbooks, for editors',
  positionals: {},
  flags: {},
  examples: [['drctl schema > runbook.v1.schema.json', 'For "yaml-language-server: $schema=…"']],
  work: async (_args, cli) => (await import('../handlers/schema.ts')).printSchema(cli),
});
