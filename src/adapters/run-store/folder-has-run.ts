// Whether a run was ever begun in a folder of this machine.

import { existsSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';

/** undefined: the state folder cannot be seen from here, so nothing can be told of what is in it. */
export function folderHasRun(folder: string): boolean | undefined {
  if (!isAbsolute(folder) || !existsSync(dirname(folder))) return undefined;
  return existsSync(folder);
}
