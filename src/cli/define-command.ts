// A command as data: its line, its flags, its examples, and what to do once they are understood.

import type {
  ArgumentsCamelCase,
  CommandModule,
  InferredOptionTypes,
  Options,
  PositionalOptions,
} from 'yargs';
import type { Cli, OutputFlags, Start } from './command.ts';
import type { commonFlags } from './flags.ts';

type Args<O extends Readonly<Record<string, Options>>> = ArgumentsCamelCase<
  InferredOptionTypes<O & typeof commonFlags>
>;

export interface CommandSpec<
  F extends Readonly<Record<string, Options>>,
  P extends Readonly<Record<string, PositionalOptions>>,
> {
  /** "plan <runbook>" */
  readonly command: string;
  readonly describe: string;
  readonly positionals: P;
  readonly flags: F;
  /** Command line → what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Resolves with the exit code. */
  work(args: Args<F & P>, cli: Cli): Promise<number>;
}

export function defineCommand<
  F extends Readonly<Record<string, Options>>,
  P extends Readonly<Record<string, PositionalOptions>>,
>(spec: CommandSpec<F, P>): (start: Start) => CommandModule {
  return (start) => ({
    command: spec.command,
    describe: spec.describe,
    builder: (yargs) => {
      for (const [name, options] of Object.entries(spec.positionals)) {
        yargs.positional(name, options);
      }
      return yargs.options(spec.flags).example(spec.examples.map(([line, does]) => [line, does]));
    },
    handler: (args: ArgumentsCamelCase) => {
      const typed = args as unknown as Args<F & P> & OutputFlags;
      start({ flags: typed, work: (cli) => spec.work(typed, cli) });
    },
  });
}
