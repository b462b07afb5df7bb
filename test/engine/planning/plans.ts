// Short ways to write steps for the toy world, and to find them again in a plan.

import type { Plan, PlannedInstance, PlannedStep, Step } from '../../../src/engine/index.ts';
import { ToyWorld, step } from './toy-world.ts';

export function worldOf(
  things: Readonly<Record<string, string | number | readonly string[]>>,
): ToyWorld {
  const world = new ToyWorld();
  for (const [name, value] of Object.entries(things)) world.things.set(name, value);
  return world;
}

export function get(id: string, name = id): Step {
  return step({ id, action: 'toy.get', with: { target: 'a', name } });
}

export function make(id: string, name = id): Step {
  return step({ id, action: 'toy.make', with: { target: 'a', name, to: 1 } });
}

export function set(id: string, name = id, to: string | number = 1): Step {
  return step({ id, action: 'toy.set', with: { target: 'a', name, to } });
}

export function stepsOf(plan: Plan): readonly PlannedStep[] {
  return plan.phases.flatMap(({ steps }) => steps);
}

export function plannedStep(plan: Plan, id: string): PlannedStep {
  const found = stepsOf(plan).find((one) => one.id === id);
  if (found === undefined) throw new Error(`No step ${id}`);
  return found;
}

export function fateOf(plan: Plan, id: string): PlannedStep['fate'] {
  return plannedStep(plan, id).fate;
}

export function instancesOf(plan: Plan, id: string): readonly PlannedInstance[] {
  const fate = fateOf(plan, id);
  if (fate.kind !== 'planned') throw new Error(`Step ${id} is ${JSON.stringify(fate)}`);
  return fate.instances;
}

export function instanceOf(plan: Plan, id: string): PlannedInstance {
  const [instance] = instancesOf(plan, id);
  if (instance === undefined) throw new Error(`Step ${id} has no instances`);
  return instance;
}
