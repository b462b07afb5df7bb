// drctl report: what happened in a run and why, as a document; what its time was spent on. Reads only.

import { defineCommand } from '../define-command.ts';
import { stateFlags } from '../flags.ts';

export const reportCommand = defineCommand({
  command: 'report [run]',
  describe: 'Tell what happened in a run, as a page to hand on; and what its time was spent on',
  positionals: { run: { type: 'string', describe: 'Id of the run (default: the newest)' } },
  flags: {
    ...stateFlags,
    format: {
      alias: 'f',
      choices: ['text', 'html', 'markdown', 'json'] as const,
      describe:
        'text tells what each second was spent on, the others all about the run (default: by the ending of the file’s name, else html; text without a file)',
    },
    out: {
      alias: 'o',
      type: 'string',
      describe: 'Write it to this file, for its owner only',
    },
  },
  examples: [
    ['drctl report', 'What the time of the newest run was spent on'],
    ['drctl report -o report.html', 'One page that needs no network: to read, print, attach'],
    ['drctl report --format markdown', 'For a ticket'],
    [
      'drctl report 20261122-031502-aws-same-region-k3f9 --json',
      'For machines: all of it, times in milliseconds',
    ],
  ],
  work: async (args, cli) => (await import('../handlers/report.ts')).report(args, cli),
});
