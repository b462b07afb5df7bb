// Values of flags that yargs takes in silence for something else: a word where a number must be, a flag that was given
// twice, a switch with a value, no value at all.

import type { Options } from 'yargs';

/** What is wrong with the long flags of a command line, in its order. Other words are left to yargs. */
export function flagFaults(
  argv: readonly string[],
  flags: Readonly<Record<string, Options>>,
): readonly string[] {
  const faults = dashFaults(argv);
  const given = new Map<string, string[]>();
  for (const [index, word] of argv.entries()) {
    if (word === '--') break;
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const options = flags[name];
    if (options === undefined) continue;
    const value = inline ?? (options.type === 'boolean' ? 'true' : following(argv[index + 1]));
    faults.push(...valueFaults(name, options, value));
    if (options.type !== 'boolean') given.set(name, [...(given.get(name) ?? []), value]);
  }
  for (const [name, values] of given) {
    if (flags[name]?.array === true || values.length < 2) continue;
    const shown = values.map((value) => `"${value}"`).join(' and ');
    faults.push(`--${name} can be given once only, not as ${shown}`);
  }
  return faults;
}

/** yargs makes it an empty word. After a flag it is that flag's value. */
function dashFaults(argv: readonly string[]): string[] {
  const isBare = argv.some((word, at) => word === '-' && !/^-./.test(argv[at - 1] ?? ''));
  return isBare ? ['"-" is no file: standard input is not read, so name one'] : [];
}

function valueFaults(name: string, { type }: Options, value: string): readonly string[] {
  if (type === 'boolean') {
    const isSwitch = value === 'true' || value === 'false';
    return isSwitch ? [] : [`--${name} is switched on or off: it cannot be "${value}"`];
  }
  if (value === '') return [`--${name} needs a value`];
  const isNumber = type !== 'number' || Number.isFinite(Number(value));
  return isNumber ? [] : [`--${name} must be a number, not "${value}"`];
}

function following(word: string | undefined): string {
  return word === undefined || word.startsWith('--') ? '' : word;
}
