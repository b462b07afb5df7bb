// drctl retry, skip, mark-done: a person's decision about one step, kept in the journal with their name.

import type { CommandModule, Options } from 'yargs';
import type { Start } from '../command.ts';
import { defineCommand } from '../define-command.ts';
import { inputFlags, stateFlags } from '../flags.ts';

const describe = {
  retry: 'Decide that a failed, refused or unclear step is tried again by resume',
  skip: 'Decide that a step is left out',
  'mark-done': 'Say that a step was done by hand; its own check says whether it agrees',
} as const;

const forceFlag = {
  force: {
    type: 'boolean',
    default: false,
    describe: 'Also when its own check says that it is not done',
  },
} as const satisfies Record<string, Options>;

export type Decision = keyof typeof describe;

/** One module for each decision; yargs takes a list. */
export function decisionCommands(start: Start): CommandModule[] {
  return (Object.keys(describe) as Decision[]).map((decision) =>
    defineCommand({
      command: `${decision} <run> <step>`,
      describe: describe[decision],
      positionals: {
        run: { type: 'string', demandOption: true, describe: 'Id of the run' },
        step: { type: 'string', demandOption: true, describe: 'Step, or step[key] of a forEach' },
      },
      flags: {
        ...inputFlags,
        ...stateFlags,
        ...(decision === 'mark-done' ? forceFlag : {}),
        reason: {
          type: 'string',
          demandOption: true,
          describe: 'Why; kept in the journal',
        },
      },
      examples: [
        [
          `drctl ${decision} 20261122-031502-aws-same-region-k3f9 upload-snapshot --reason "bucket policy mended"`,
          'Then go on with "drctl resume"',
        ],
      ],
      work: async (args, cli) =>
        (await import('../handlers/decide.ts')).decide({ ...args, decision }, cli),
    })(start),
  );
}
