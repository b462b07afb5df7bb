// drctl completion.

import { readFile } from 'node:fs/promises';
import type { Cli } from '../command.ts';
import type { Shell } from '../commands/completion.ts';
import { packageFile } from '../package-files.ts';

export async function completion(args: { readonly shell: Shell }, cli: Cli): Promise<number> {
  const script = await readFile(packageFile(`completion/drctl.${args.shell}`), 'utf8');
  cli.output.result(script.trimEnd());
  cli.output.event('completion', { shell: args.shell, script });
  return 0;
}
