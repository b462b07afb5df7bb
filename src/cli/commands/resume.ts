// drctl resume: go on where a run stands.

import { defineCommand } from '../define-command.ts';
import { approvalFlags, inputFlags, planFlags, stateFlags, takeoverFlags } from '../flags.ts';

export const resumeCommand = defineCommand({
  command: 'resume [run]',
  describe: 'Go on with an interrupted, failed or waiting run (default: the newest)',
  positionals: { run: { type: 'string', describe: 'Id of the run' } },
  flags: {
    ...inputFlags,
    ...stateFlags,
    ...approvalFlags,
    parallel: planFlags.parallel,
    unavailable: {
      ...planFlags.unavailable,
      describe:
        'A target that died meanwhile: what is left to do on it is skipped, also from here on',
    },
    ...takeoverFlags,
  },
  examples: [
    ['drctl resume', 'The newest run that has not ended'],
    ['drctl resume --approve teardown', 'And say yes to a phase'],
    ['drctl resume --unavailable source', 'The source died in the middle of the run'],
    ['drctl resume 20261122-031502-aws-same-region-k3f9 -e my.env', 'With sensitive values again'],
  ],
  work: async (args, cli) => (await import('../handlers/resume.ts')).resume(args, cli),
});
