// A command as data: its line, its flags, its examples, and what to do once they are understood. A family is a command
// whose first word names one of several.

import type {
  ArgumentsCamelCase,
  CommandModule,
  InferredOptionTypes,
  Options,
  PositionalOptions,
} from 'yargs';
import type { Cli, OutputFlags, Start } from './command.ts';
import type { commonFlags } from './flags.ts';
import { nameOf } from './usage.ts';

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
  /** Left out of the help. */
  readonly hidden?: true;
  readonly positionals: P;
  readonly flags: F;
  /** Command line → what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Resolves with the exit code. */
  work(args: Args<F & P>, cli: Cli): Promise<number>;
}

type Defined = (start: Start) => CommandModule;

export function defineCommand<
  F extends Readonly<Record<string, Options>>,
  P extends Readonly<Record<string, PositionalOptions>>,
>(spec: CommandSpec<F, P>): Defined {
  const { command, positionals, flags } = spec;
  return (start) => ({
    command,
    describe: spec.hidden === true ? false : spec.describe,
    builder: (yargs) => {
      start.named({ command, flags, positionals, commands: [] });
      for (const [name, options] of Object.entries(positionals)) {
        yargs.positional(name, options);
      }
      return yargs.options(flags).example(spec.examples.map(([line, does]) => [line, does]));
    },
    handler: (args: ArgumentsCamelCase) => {
      const typed = args as unknown as Args<F & P> & OutputFlags;
      start.begin({ flags: typed, work: (cli) => spec.work(typed, cli) });
    },
  });
}

export function defineFamily(spec: {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly Defined[];
}): Defined {
  return (start) => ({
    command: `${spec.name} <command>`,
    describe: spec.describe,
    builder: (yargs) => {
      const modules = spec.commands.map((define) => define(start));
      const commands = namesOf(modules);
      start.named({ command: spec.name, flags: {}, positionals: {}, commands });
      return yargs.command(modules).demandCommand(1);
    },
    handler: () => undefined,
  });
}

/** Of those that a person may be told of. */
export function namesOf(modules: readonly CommandModule[]): readonly string[] {
  return modules
    .filter(({ describe }) => describe !== false)
    .map(({ command }) => nameOf([command ?? ''].flat()[0] ?? ''));
}
