// One command from start to end: output, signals, errors, exit code. Commands only do their work and say how it ended.

import type { Redactor } from '../engine/index.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import type { Stops } from './stops.ts';
import type { Named } from './usage.ts';

export interface OutputFlags {
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  /** Where runs live, when it was given: commands that are printed name it too. */
  readonly state?: string | undefined;
}

/** What a command's work gets. */
export interface Cli {
  readonly io: Io;
  readonly output: Output;
  readonly stops: Stops;
  /** Run at the end, last added first, whatever the outcome. */
  readonly atEnd: (cleanUp: () => void | Promise<void>) => void;
  /** From now on everything printed goes through it. */
  readonly useRedactor: (redactor: Redactor) => void;
}

export interface Started {
  readonly flags: OutputFlags;
  /** Resolves with the exit code. */
  readonly work: (cli: Cli) => Promise<number>;
}

export interface Start {
  /** How a command hands its work over, once the command line has been understood. */
  begin(started: Started): void;
  /** The command line has named this; when it cannot be understood, what may follow is known from it. */
  named(named: Named): void;
}

export async function runCommand(started: Started, io: Io): Promise<number> {
  const output = createOutput(io, started.flags);
  const cleanUps: (() => void | Promise<void>)[] = [];
  const { createStops } = await import('./stops.ts');
  const stops = createStops(io);
  const cli: Cli = {
    io,
    output,
    stops,
    atEnd: (cleanUp) => cleanUps.push(cleanUp),
    useRedactor: output.useRedactor,
  };
  try {
    return await started.work(cli);
  } catch (error) {
    const { showError } = await import('./views/error.ts');
    return showError(error, { output, verbose: started.flags.verbose === true });
  } finally {
    stops.close();
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
}
