// drctl env.

import type { EnvValue } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { asWarning, findInputs, readRunbook, showWarnings, throwErrors } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { tableLines } from '../views/table.ts';

const MASK = '(sensitive)';

export async function showEnv(
  args: InputArgs & { readonly runbook: string },
  cli: Cli,
): Promise<number> {
  const { runbook } = await readRunbook(args.runbook, cli);
  const { env, errors, ...found } = await findInputs(runbook, args, cli);
  const warnings = [...found.warnings, ...found.unreadable.map(asWarning)];
  showWarnings(warnings, cli);
  const { style } = cli.output;
  const rows = env.map((value) => [
    value.name,
    value.value === undefined ? style.dim(absent(value)) : shown(value),
    style.dim(origin(value)),
  ]);
  for (const line of tableLines(['NAME', 'VALUE', 'FROM'], rows, style)) cli.output.result(line);
  cli.output.event('env', {
    values: env.map((value) => ({
      name: value.name,
      value: value.sensitive && value.value !== undefined ? MASK : value.value,
      sensitive: value.sensitive,
      origin: value.origin,
    })),
    warnings,
  });
  throwErrors(errors);
  return 0;
}

function absent({ origin: { from } }: EnvValue): string {
  return from === 'none' ? '(not given)' : '(malformed)';
}

function shown(value: EnvValue): string {
  if (value.sensitive) return MASK;
  return typeof value.value === 'string' ? value.value : JSON.stringify(value.value);
}

function origin(value: EnvValue): string {
  switch (value.origin.from) {
    case 'file':
      return `${value.origin.at.file}:${value.origin.at.line}`;
    case 'set':
      return '--set';
    case 'process':
      return 'process environment';
    case 'default':
      return 'default';
    case 'none':
      return '';
    default:
      return value.origin satisfies never;
  }
}
