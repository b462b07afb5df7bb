// drctl graph: the steps of a runbook as a drawing. Contacts nothing.

import { defineCommand } from '../define-command.ts';

export const graphCommand = defineCommand({
  command: 'graph <runbook>',
  describe:
    'Draw the steps of a runbook: phases, what waits for what, what changes and what destroys',
  positionals: {
    runbook: { type: 'string', demandOption: true, describe: 'Path of the runbook' },
  },
  flags: {
    format: {
      alias: 'f',
      choices: ['mermaid', 'dot', 'svg'] as const,
      default: 'mermaid' as const,
      describe: 'mermaid for Markdown, dot for Graphviz, svg for a browser',
    },
  },
  examples: [
    ['drctl graph runbooks/aws-same-region.yaml', 'A Mermaid flowchart, for Markdown'],
    ['drctl graph my.yaml --format svg > my.svg', 'A drawing that needs nothing else'],
  ],
  work: async (args, cli) => (await import('../handlers/graph.ts')).drawGraph(args, cli),
});
