// drctl fmt: one layout for all runbooks. Contacts nothing.

import { defineCommand } from '../define-command.ts';

export const fmtCommand = defineCommand({
  command: 'fmt <files..>',
  describe:
    'Lay runbooks out in one way, so that a review shows what changed; what they mean stays',
  positionals: {
    files: { type: 'string', array: true, demandOption: true, describe: 'Paths of YAML files' },
  },
  flags: {
    check: {
      type: 'boolean',
      default: false,
      describe: 'Write nothing; exit with 2 when a file would change',
    },
  },
  examples: [
    ['drctl fmt my.yaml', 'Rewrites the file where its layout differs'],
    ['drctl fmt --check runbooks/*.yaml', 'For a pipeline'],
  ],
  work: async (args, cli) => (await import('../handlers/fmt.ts')).format(args, cli),
});
