// A command line that cannot be understood, as an error like every other: in plain words, with what was typed and the
// nearest name that would have been right. The names are the commands' own.

import type { Options, PositionalOptions } from 'yargs';

/** A command, or a family of commands, that the command line has named. */
export interface Named {
  /** "plan <runbook>"; empty for drctl itself. */
  readonly command: string;
  readonly flags: Readonly<Record<string, Options>>;
  readonly positionals: Readonly<Record<string, PositionalOptions>>;
  /** Of a family: the names of its commands. */
  readonly commands: readonly string[];
}

interface Explained {
  readonly said: string;
  /** What was probably meant. */
  readonly near?: string | undefined;
}

/** Throws USAGE. `named`: drctl itself, then what was named down to where it failed; `message` is yargs' own. */
export async function explainUsage(
  message: string,
  { argv, named }: { readonly argv: readonly string[]; readonly named: readonly Named[] },
): Promise<never> {
  const { DrctlError } = await import('../engine/index.ts');
  const { said, near } = await explain(message, argv, named);
  const path = named.map(({ command }) => `${nameOf(command)} `).join('');
  const meant = near === undefined ? '' : `Did you mean ${near}? `;
  throw new DrctlError('USAGE', said, { hint: `${meant}See "drctl${path}--help"` });
}

async function explain(
  message: string,
  argv: readonly string[],
  named: readonly Named[],
): Promise<Explained> {
  const here = named.at(-1);
  if (here === undefined) return { said: message };
  const unknown = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
  const flags = unknownFlags(unknown, argv);
  if (flags.length > 0) return explainFlags(flags, here);
  if (here.commands.length > 0) return explainCommand(argv, named);
  const [surplus] = unknown;
  if (surplus !== undefined) return { said: `"${surplus}" is one word too many` };
  const [, missing] = /^Missing required arguments?: (.+)$/.exec(message) ?? [];
  if (missing !== undefined) return explainMissing(missing.split(', '), here);
  const [, bare] = /^Not enough arguments following: (\S+)$/.exec(message) ?? [];
  if (bare !== undefined) return { said: `${dashed(bare)} needs a value` };
  const counts = /^Not enough non-option arguments: got (\d+), need at least (\d+)$/.exec(message);
  if (counts !== null) {
    const names = [...here.command.matchAll(/<([\w-]+)(?:\.\.)?>/g)].map(([, name = '']) =>
      upper(name),
    );
    const [, given, needed] = counts;
    return {
      said: `An argument is missing (${names.join(' ')}): ${given} given, ${needed} needed`,
    };
  }
  return (await explainChoices(message, here)) ?? { said: message };
}

/** yargs names a flag twice, "fo-bar, foBar", and one of "-qx" as "x": as they were typed, in order, each once. */
function unknownFlags(unknown: readonly string[], argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  const typed = argv.slice(0, end === -1 ? argv.length : end).flatMap((word) => {
    if (word.startsWith('--')) return [word.replace(/=.*$/s, '')];
    return word.startsWith('-') ? word.slice(1).replace(/=.*$/s, '').split('').map(dashed) : [];
  });
  return [...new Set(typed)].filter((word) => unknown.includes(bareName(word)));
}

async function explainFlags(flags: readonly string[], { flags: known }: Named): Promise<Explained> {
  const { closest, listSome } = await import('../engine/index.ts');
  const { commonFlags } = await import('./flags.ts');
  const names = Object.entries<Options>({ ...commonFlags, ...known }).flatMap(
    ([name, { alias = [] }]) => [name, ...[alias].flat()],
  );
  const [first = ''] = flags;
  const near = first.startsWith('--')
    ? closest(
        bareName(first),
        names.filter((name) => name.length > 1),
      )
    : undefined;
  return {
    said: `There is no flag ${listSome(flags)}`,
    near: near === undefined ? undefined : `--${first.startsWith('--no-') ? 'no-' : ''}${near}`,
  };
}

/** After a family, or drctl itself, comes a word that is none of its commands, or none at all. */
async function explainCommand(
  argv: readonly string[],
  named: readonly Named[],
): Promise<Explained> {
  const { closest } = await import('../engine/index.ts');
  const { commands } = named.at(-1) ?? { commands: [] };
  const words = argv.filter((word) => !word.startsWith('-')).slice(0, named.length);
  const word = words[named.length - 1];
  if (word === undefined) {
    const of = words.length === 0 ? '' : ` of ${words.join(' ')}: ${commands.join(', ')}`;
    return { said: `Name a command${of}` };
  }
  const near = closest(word, commands);
  return {
    said: `There is no command "${words.join(' ')}"`,
    near: near === undefined ? undefined : `"${near}"`,
  };
}

function explainMissing(names: readonly string[], { flags }: Named): Explained {
  const shown = names.map((name) => {
    const { describe } = flags[name] ?? {};
    return `${dashed(name)} is missing${describe === undefined ? '' : ` (${describe})`}`;
  });
  return { said: shown.join('; ') };
}

/** Values that are none of those to choose from. */
async function explainChoices(message: string, here: Named): Promise<Explained | undefined> {
  const { closest } = await import('../engine/index.ts');
  const faults = [...message.matchAll(/^ *Argument: (\S+), Given: (.*), Choices: (.*)$/gm)].map(
    ([, name = '', given = '', listed = '']) => {
      const isFlag = name in here.flags;
      const { choices } = (isFlag ? here.flags[name] : here.positionals[name]) ?? {};
      const valid = choices?.map(String) ?? [listed];
      return {
        said: `${isFlag ? dashed(name) : upper(name)} cannot be ${given}: it is one of ${valid.join(', ')}`,
        near: closest(given.replaceAll('"', ''), valid),
      };
    },
  );
  if (faults.length === 0) return undefined;
  const near = faults.find((fault) => fault.near !== undefined)?.near;
  return {
    said: faults.map(({ said }) => said).join('; '),
    near: near === undefined ? undefined : `"${near}"`,
  };
}

/** "plan <runbook>" → "plan" */
export function nameOf(command: string): string {
  return command.split(' ', 1)[0] ?? '';
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function bareName(flag: string): string {
  return flag.replace(/^--?(?:no-)?/, '');
}

function upper(name: string): string {
  return name.toUpperCase();
}
