// drctl runs: the runs of a state folder.

import { defineCommand } from '../define-command.ts';
import { stateFlags } from '../flags.ts';

export const runsCommand = defineCommand({
  command: 'runs',
  describe: 'List the runs, newest first',
  positionals: {},
  flags: stateFlags,
  examples: [['drctl runs --state /backup/drctl', 'Of another state folder']],
  work: async (args, cli) => (await import('../handlers/runs.ts')).listRuns(args, cli),
});
