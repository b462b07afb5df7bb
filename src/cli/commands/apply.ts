// drctl apply: plan, ask, do.

import { defineCommand } from '../define-command.ts';
import {
  DEFAULT_PARALLEL,
  approvalFlags,
  choiceFlags,
  inputFlags,
  planFlags,
  stateFlags,
} from '../flags.ts';

export const applyCommand = defineCommand({
  command: 'apply <runbook>',
  describe: 'Plan, ask, and carry the runbook out; can be interrupted and resumed at any time',
  positionals: {
    runbook: {
      type: 'string',
      demandOption: true,
      describe: 'Path of the runbook, or of a plan that was saved with "drctl plan -o"',
    },
  },
  flags: {
    ...inputFlags,
    ...stateFlags,
    ...planFlags,
    parallel: {
      type: 'number',
      describe: `${planFlags.parallel.describe} (default: as planned, or ${DEFAULT_PARALLEL})`,
    },
    ...choiceFlags,
    ...approvalFlags,
    approve: {
      ...approvalFlags.approve,
      describe:
        'Say yes to this phase or step, or to the plan of this digest only (sha256:…); may be given again',
    },
  },
  examples: [
    ['drctl apply runbooks/aws-same-region.yaml -e my.env', 'Asks before it begins'],
    ['drctl apply my.plan', 'A saved plan, when nothing moved that matters to it'],
    ['drctl apply my.plan --approve sha256:0123456789ab', 'That plan and no other'],
    ['drctl apply my.yaml -e my.env --auto-approve --json', 'Without a person, for machines'],
    ['drctl apply my.yaml -e my.env --phase preflight --phase backup', 'Only a part of it'],
  ],
  work: async (args, cli) => (await import('../handlers/apply.ts')).apply(args, cli),
});
