// A mistake of ours: the one case in which a stack is shown.

import { drctlVersion } from '../version.ts';

/** Ends with a line break. */
export function bugText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `This is a bug in drctl ${drctlVersion()} (Node ${process.version}, ${process.platform}); please report it with these lines:`,
    stack,
    'A run that was under way is intact: its journal is on disk, and "drctl resume" goes on with it.',
    '',
  ].join('\n');
}
