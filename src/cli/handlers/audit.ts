// drctl audit verify.

import { auditRun, errorCatalogue } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import { openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { auditLines } from '../views/audit.ts';

export async function verifyRun(
  args: StateArgs & { readonly run: string },
  cli: Cli,
): Promise<number> {
  const store = await openStore(args, cli);
  const audit = await auditRun(args.run, { store, registry: builtinRegistry() });
  const { output } = cli;
  for (const line of auditLines(audit, output)) output.result(line);
  const { header: _, ...checked } = audit;
  const isSound = audit.findings.every(({ severity }) => severity !== 'error');
  const exitCode = isSound ? 0 : errorCatalogue.JOURNAL_CORRUPT.exitCode;
  output.event('audit', {
    ...checked,
    verdict: isSound ? 'sound' : 'damaged',
    ...(isSound ? {} : { code: 'JOURNAL_CORRUPT' }),
    exitCode,
  });
  return exitCode;
}
