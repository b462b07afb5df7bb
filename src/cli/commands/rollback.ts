// drctl rollback: undo what a run did.

import { defineCommand } from '../define-command.ts';
import { approvalFlags, inputFlags, planFlags, stateFlags, takeoverFlags } from '../flags.ts';

export const rollbackCommand = defineCommand({
  command: 'rollback [run]',
  describe: 'Undo what a run did, backwards, to the values that were there before',
  positionals: { run: { type: 'string', describe: 'Id of the run (default: the newest)' } },
  flags: {
    ...inputFlags,
    ...stateFlags,
    ...approvalFlags,
    preview: { type: 'boolean', default: false, describe: 'Show what would be undone, and stop' },
    to: { type: 'string', describe: 'Undo only what was done after this step' },
    force: {
      type: 'boolean',
      default: false,
      describe: 'Also back over a point of no return, or only half of the way: may destroy data',
    },
    ...takeoverFlags,
    parallel: planFlags.parallel,
    unavailable: {
      ...planFlags.unavailable,
      describe: 'A target that is gone: what the run did on it is left as it is, and said so',
    },
    available: {
      ...planFlags.unavailable,
      describe: 'A target that was given up in the course of the run and can be reached again',
    },
  },
  examples: [
    ['drctl rollback --preview', 'What would be undone, and what cannot be'],
    ['drctl rollback', 'The newest run'],
    ['drctl rollback --available source', 'It was given up, and is there again'],
    ['drctl rollback --to upload-snapshot', 'Only what came after that step'],
  ],
  work: async (args, cli) => (await import('../handlers/rollback.ts')).rollback(args, cli),
});
