// Runs a whole command in this process, as a person or a script would see it. Paths, times and run ids are replaced in
// what it printed, so that transcripts can be compared as they stand.

import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import type { Io, Screen } from '../../src/cli/io.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  /** Colours stay off. */
  readonly isTerminal?: boolean;
  /** What is typed; without it there is no terminal. */
  readonly typed?: string;
  /** Gets a function that acts as a signal. */
  readonly signals?: (send: (name: string) => void) => void;
  /** Called with everything that is written, as it is written. */
  readonly heard?: (text: string) => void;
}

export async function runCli(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  const screen = (name: 'stdout' | 'stderr'): Screen => ({
    write: (text) => {
      written[name] += text;
      options.heard?.(text);
    },
    isTerminal: options.isTerminal ?? false,
    columns: options.columns ?? 100,
  });
  const listeners = new Set<(name: string) => void>();
  options.signals?.((name) => {
    for (const listener of listeners) listener(name);
  });
  const io: Io = {
    stdout: screen('stdout'),
    stderr: screen('stderr'),
    stdin: new PassThrough(),
    env: options.isTerminal === true ? { NO_COLOR: '1', ...options.env } : { ...options.env },
    cwd: options.cwd,
    maskWith: () => undefined,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const code = await main(argv, io);
  const tidy = (text: string): string => stable(text, options.cwd);
  return { code, stdout: tidy(written.stdout), stderr: tidy(written.stderr) };
}

/** A new folder, with links resolved: what messages show. */
export async function newFolder(): Promise<string> {
  return realpath(await mkdtemp(path.join(tmpdir(), 'drctl-cli-')));
}

function stable(text: string, cwd: string): string {
  return text
    .replaceAll(cwd, 'CWD')
    .replaceAll(/\d{8}-\d{6}-([a-z0-9-]+)-[a-z0-9]{4}\b/g, 'RUN-$1')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/^\d\d:\d\d:\d\d /gm, 'CLOCK ')
    .replaceAll(/\b\d+(ms|s)\b(?! *=)/g, 'SOME-TIME')
    .replaceAll(/drctl \d+\.\d+\.\d+/g, 'drctl VERSION')
    .replaceAll(/sha256:[0-9a-f]+/g, 'sha256:DIGEST')
    .replaceAll(/lines, \d+ bytes/g, 'lines, SOME bytes')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\(process \d+/g, '(process PID')
    .replaceAll(/[\w.-]+@[\w.-]+/g, 'USER@HOST');
}
