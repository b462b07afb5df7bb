// Carries out an action in a world of fakes as the engine would: parameters checked and defaults filled in first.

import type { Action, JsonObject, Planned, Probed } from '../../src/engine/index.ts';
import { validateParams } from '../../src/engine/language/validate-params.ts';
import type { DrPorts } from '../../src/actions/ports.ts';
import { StepMemory, readContext, writeContext } from './contexts.ts';
import type { ContextOptions } from './contexts.ts';
import type { World } from './world.ts';

export async function planAction(
  world: World,
  action: Action<DrPorts>,
  params: JsonObject,
  options: ContextOptions = {},
): Promise<Planned<JsonObject, object>> {
  return action.plan(validateParams(action, params), readContext(world, options));
}

export async function applyAction(
  world: World,
  action: Action<DrPorts>,
  params: JsonObject,
  { memory = new StepMemory(), ...options }: ContextOptions & { memory?: StepMemory } = {},
): Promise<JsonObject> {
  return action.apply(validateParams(action, params), writeContext(world, memory, options));
}

export async function undoAction(
  world: World,
  action: Action<DrPorts>,
  params: JsonObject,
  memory: StepMemory,
): Promise<void> {
  if (!action.undo.possible) throw new Error(action.undo.because);
  const ctx = writeContext(world, memory);
  const checked = validateParams(action, params);
  await action.undo.run({ params: checked, entries: new Map(memory.undo) }, ctx);
}

/** As the engine asks after a crash, and when a person says that they did it by hand. */
export async function probeAction(
  world: World,
  action: Action<DrPorts>,
  params: JsonObject,
  memory: StepMemory,
): Promise<Probed<JsonObject>> {
  const read = readContext(world);
  return action.probe(validateParams(action, params), {
    ...read,
    undoEntries: memory.undo,
    token: memory.token,
  });
}
