// drctl actions: what steps can do, documented from the schemas that check them.

import { defineCommand } from '../define-command.ts';

export const actionsCommand = defineCommand({
  command: 'actions [name]',
  describe: 'List the actions that steps can name, or document one',
  positionals: { name: { type: 'string', describe: 'Name of an action, for example k8s.patch' } },
  flags: {},
  examples: [
    ['drctl actions', 'All actions'],
    ['drctl actions k8s.patch', 'Parameters, outputs and examples of one'],
  ],
  work: async (args, cli) => (await import('../handlers/actions.ts')).showActions(args, cli),
});
