// Servers that nobody here wrote, and whether their programs are on this machine. Tests that need one skip where it is
// absent, and say so; where CI is set it must be there: a check that is skipped in CI does not exist.

import { LabError } from '../../../src/lab/index.ts';

/** What `find` gives; undefined when it says, with a LabError, that the programs are not here. */
export function required<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof LabError) || process.env['CI'] !== undefined) throw error;
    process.stderr.write(`Skipped: ${error.message}\n`);
    return undefined;
  }
}
