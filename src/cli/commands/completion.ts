// drctl completion: what a shell needs to complete command lines of drctl.

import { defineCommand } from '../define-command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const completionCommand = defineCommand({
  command: 'completion <shell>',
  describe: 'Print what a shell completes command lines of drctl by',
  positionals: {
    shell: { type: 'string', choices: SHELLS, demandOption: true, describe: 'Which shell' },
  },
  flags: {},
  examples: [
    ['source <(drctl completion bash)', 'In ~/.bashrc'],
    ['drctl completion zsh > "${fpath[1]}/_drctl"', 'Once; then start a new zsh'],
    ['drctl completion fish > ~/.config/fish/completions/drctl.fish', 'Once'],
  ],
  work: async (args, cli) => (await import('../handlers/completion.ts')).completion(args, cli),
});
