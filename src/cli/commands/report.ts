// drctl report: what the time of a run was spent on. Reads only.

import { defineCommand } from '../define-command.ts';
import { stateFlags } from '../flags.ts';

export const reportCommand = defineCommand({
  command: 'report [run]',
  describe:
    'Show what the time of a run was spent on: its longest chain, and each outage second by second',
  positionals: { run: { type: 'string', describe: 'Id of the run (default: the newest)' } },
  flags: stateFlags,
  examples: [
    ['drctl report', 'The newest run'],
    [
      'drctl report 20261122-031502-aws-same-region-k3f9 --json',
      'For machines: every link of every chain, in milliseconds',
    ],
  ],
  work: async (args, cli) => (await import('../handlers/report.ts')).report(args, cli),
});
