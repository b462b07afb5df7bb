// Long text on a terminal goes through a pager, as git's does. Its command is split at spaces and never given to a shell.

import type { Io } from './io.ts';

/** Ends by itself when all fits, keeps colours, and leaves the text on the screen. */
const usual = ['less', '-FRX'];

/** The words of $DRCTL_PAGER, else of $PAGER, else `less -FRX`. Undefined: print it, for nobody pages there. */
export function pagerOf({ stdout, stdin, env }: Io): readonly string[] | undefined {
  if (!stdout.isTerminal || stdin.isTTY !== true || (env['CI'] ?? '') !== '') return undefined;
  const wanted = env['DRCTL_PAGER'] ?? env['PAGER'];
  if (wanted === undefined) return usual;
  const words = wanted.split(/\s+/).filter((word) => word !== '');
  return words.length === 0 || words[0] === 'cat' ? undefined : words;
}
