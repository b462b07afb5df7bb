// drctl status: where a run stands. Reads only; works while the run goes on.

import { defineCommand } from '../define-command.ts';
import { stateFlags } from '../flags.ts';

export const statusCommand = defineCommand({
  command: 'status [run]',
  describe: 'Show where a run stands, what can still be undone, and what to do next',
  positionals: { run: { type: 'string', describe: 'Id of the run (default: the newest)' } },
  flags: stateFlags,
  examples: [
    ['drctl status', 'The newest run'],
    ['drctl status --json', 'For machines'],
  ],
  work: async (args, cli) => (await import('../handlers/status.ts')).status(args, cli),
});
