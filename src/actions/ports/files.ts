// Files on the operator's machine.

import type { ByteRange } from '../../engine/index.ts';

/** Files beside the runbook and on the operator's machine. Relative paths start at the runbook's folder. */
export interface FileReader {
  /** FILE_UNREADABLE. At most 16 MiB. */
  readText(path: string): Promise<string>;
  /** undefined: no such file. */
  stat(
    path: string,
  ): Promise<{ readonly sizeBytes: number; readonly isFolder: boolean } | undefined>;
  /** Names of the files in a folder, sorted. */
  list(path: string): Promise<readonly string[]>;
  /** A chunk is valid until the next one is asked for: who keeps it copies it. */
  read(path: string, range?: ByteRange): AsyncIterable<Uint8Array>;
}
