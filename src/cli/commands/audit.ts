// drctl audit: whether what is kept of a run can be trusted.

import { defineCommand, defineFamily } from '../define-command.ts';
import { stateFlags } from '../flags.ts';

const verify = defineCommand({
  command: 'verify <run>',
  describe: 'Check header, journal, events, artifacts and leases of a run; writes nothing',
  positionals: { run: { type: 'string', demandOption: true, describe: 'Id of the run' } },
  flags: stateFlags,
  examples: [
    [
      'drctl audit verify 20261122-031502-aws-same-region-k3f9',
      'Every problem with its line; ends with 5 when there is one',
    ],
    [
      'drctl audit verify 20261122-031502-aws-same-region-k3f9 --json',
      'With the head of the journal, to be kept elsewhere',
    ],
  ],
  work: async (args, cli) => (await import('../handlers/audit.ts')).verifyRun(args, cli),
});

export const auditCommand = defineFamily({
  name: 'audit',
  describe: 'Check what is kept of a run',
  commands: [verify],
});
