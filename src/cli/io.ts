// The process as the command line sees it: streams, environment, signals. Handed in, so that tests run whole commands
// in one process and read what a person would have seen.

import type { Readable } from 'node:stream';

export interface Screen {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in columns; a sensible one where there is no terminal. */
  readonly columns: number;
}

export interface Io {
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** SIGINT, SIGTERM and SIGHUP. The answer stops listening. */
  onSignal(listener: (signal: string) => void): () => void;
  /** Shows a text through another program; false when that cannot be started, and nothing was shown. */
  page?(command: readonly string[], text: string): Promise<boolean>;
  /** How secrets are masked from now on, also in what is printed when everything else has failed. */
  maskWith(mask: (text: string) => string): void;
}

/** Where there is no terminal: wide enough for most lines, narrow enough for a log viewer. */
export const DEFAULT_COLUMNS = 100;
