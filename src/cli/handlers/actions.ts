// drctl actions: the registry, and one action from its own schemas.

import { stringify } from 'yaml';
import type { DrPorts } from '../../actions/index.ts';
import type { Action } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import type { Style } from '../style.ts';
import { fieldRows } from '../views/schema-fields.ts';
import { tableLines } from '../views/table.ts';

const EXAMPLE_WIDTH = 100;

export async function showActions(
  args: { readonly name?: string | undefined },
  cli: Cli,
): Promise<number> {
  const registry = builtinRegistry();
  const { output } = cli;
  if (args.name !== undefined) {
    const action = registry.get(args.name);
    for (const line of actionLines(action, output.style)) output.result(line);
    output.event('action', described(action));
    return 0;
  }
  const actions = registry.actions.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const rows = actions.map((action) => [
    action.name,
    action.effect,
    undoWord(action),
    action.summary,
  ]);
  for (const line of tableLines(['ACTION', 'EFFECT', 'UNDO', 'DOES'], rows, output.style)) {
    output.result(line);
  }
  output.event('actions', { actions: actions.map(described) });
  return 0;
}

function undoWord(action: Action<DrPorts>): string {
  if (action.effect === 'read') return '-';
  return action.undo.possible ? 'yes' : 'no';
}

function described(action: Action<DrPorts>): object {
  const { name, version, effect, summary, description, examples, params, outputs } = action;
  return { name, version, effect, summary, description, examples, params, outputs };
}

function actionLines(action: Action<DrPorts>, style: Style): readonly string[] {
  const lines = [`${style.bold(action.name)} (version ${action.version}, ${action.effect})`];
  lines.push('', action.summary);
  if (action.description !== undefined) lines.push('', action.description.trim());
  lines.push('', style.bold('Parameters'));
  lines.push(...tableLines(['NAME', 'TYPE', 'NEEDED', 'WHAT'], fieldRows(action.params), style));
  const outputs = fieldRows(action.outputs);
  lines.push('', style.bold('Outputs'));
  if (outputs.length === 0) lines.push('none');
  else {
    const rows = outputs.map(([name = '', type = '', , what = '']) => [name, type, what]);
    lines.push(...tableLines(['NAME', 'TYPE', 'WHAT'], rows, style));
  }
  if (action.effect !== 'read') {
    const undo = action.undo.possible ? 'possible' : `not possible: ${action.undo.because}`;
    lines.push('', `${style.bold('Undo')} ${undo}`);
  }
  for (const example of action.examples) {
    lines.push('', style.bold('Example'));
    lines.push(stringify([example], { lineWidth: EXAMPLE_WIDTH }).trimEnd());
  }
  return lines;
}
