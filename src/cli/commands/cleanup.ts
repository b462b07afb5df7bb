// drctl cleanup: give up a run that nobody goes on with, without undoing it.

import { defineCommand } from '../define-command.ts';
import { inputFlags, stateFlags, takeoverFlags } from '../flags.ts';

export const cleanupCommand = defineCommand({
  command: 'cleanup [run]',
  describe:
    'Put back what an abandoned run holds down for its duration, and give back its locks; the rest stays as it is',
  positionals: { run: { type: 'string', describe: 'Id of the run (default: the newest)' } },
  flags: {
    ...inputFlags,
    ...stateFlags,
    runbook: {
      type: 'string',
      describe:
        'The run’s state is lost: find on the targets of this runbook what a run holds down there, as far as it left a note, and its locks',
    },
    preview: { type: 'boolean', default: false, describe: 'Show what would be done, and stop' },
    'auto-approve': { type: 'boolean', default: false, describe: 'Say yes to everything' },
    approve: {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: '"cleanup" says yes',
    },
    ...takeoverFlags,
  },
  examples: [
    ['drctl cleanup --preview', 'What the newest run holds down'],
    [
      'drctl cleanup --runbook runbooks/aws-same-region.yaml -e my.env --preview',
      'Its state is lost',
    ],
    ['drctl cleanup 20261122-031502-aws-same-region-k3f9 --takeover', 'Begun on a lost machine'],
  ],
  work: async (args, cli) => {
    const { runbook } = args;
    if (runbook === undefined) return (await import('../handlers/cleanup.ts')).cleanup(args, cli);
    const { cleanupLost } = await import('../handlers/cleanup-lost.ts');
    return cleanupLost({ ...args, runbook }, cli);
  },
});
