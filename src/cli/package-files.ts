// Files that drctl is installed with.

import { fileURLToPath } from 'node:url';

/** Absolute path of "package.json", "runbooks/…". The way is the same from src/cli and from dist/chunks. */
export function packageFile(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
