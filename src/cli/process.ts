// The real process: streams, signals, warnings, and the exit code. The only file of the command line that touches them.

import type { Io, Screen } from './io.ts';
import { DEFAULT_COLUMNS } from './io.ts';
import { drctlVersion } from './version.ts';
import { bugText } from './views/bug.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A connection that a library kept open must not keep a finished command alive. */
const EXIT_GRACE_MS = 2_000;

/** Runs the command of this process and sets its exit code. */
export async function runProcess(): Promise<void> {
  // Until the command has said how it ended: Node would end with 0 if nothing were left to wait for.
  process.exitCode = BUG_EXIT_CODE;
  quietWarnings();
  survivePipes();
  let mask: ((text: string) => string) | undefined;
  const io = processIo((one) => (mask = one));
  // An error that nobody waited for: nothing can be relied on any more.
  const crash = (error: unknown): void => {
    const text = bugText(error);
    process.stderr.write(mask?.(text) ?? text);
    process.exit(BUG_EXIT_CODE);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const argv = process.argv.slice(2);
  if (argv.length === 1 && argv[0] === '--version') {
    // Scripts ask often: what reads command lines is not loaded for it.
    io.stdout.write(`${drctlVersion()}\n`);
    process.exitCode = 0;
    return;
  }
  const { main } = await import('./main.ts');
  process.exitCode = await main(argv, io);
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}

const BUG_EXIT_CODE = 70;

function processIo(maskWith: Io['maskWith']): Io {
  return {
    stdout: screen(process.stdout),
    stderr: screen(process.stderr),
    // Opened by those who read from it.
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    cwd: process.cwd(),
    page,
    maskWith,
    onSignal(listener) {
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
  };
}

/** Waits until the person has left it. What it does not want to read any more is no error. */
async function page([program = '', ...words]: readonly string[], text: string): Promise<boolean> {
  // Loaded here: it takes as long as a small command, and few are paged.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const pager = spawn(program, words, { stdio: ['pipe', 'inherit', 'inherit'] });
    pager.once('error', () => resolve(false));
    pager.once('close', () => resolve(true));
    pager.stdin.on('error', () => undefined);
    pager.stdin.end(text);
  });
}

function screen(stream: NodeJS.WriteStream): Screen {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      const wished = Number(process.env['COLUMNS']);
      // A terminal that was never told its size says 0.
      if (stream.columns !== undefined && stream.columns > 0) return stream.columns;
      return Number.isInteger(wished) && wished > 0 ? wished : DEFAULT_COLUMNS;
    },
  };
}

/** `drctl … | head` ends the reader, not a run that is under way. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** What libraries have to say about the Node version is not ours to print; everything else still is. */
function quietWarnings(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'DeprecationWarning' || warning.name === 'ExperimentalWarning') return;
    process.stderr.write(`warning: ${warning.name}: ${warning.message}\n`);
  });
}
