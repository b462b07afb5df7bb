// The law of declarations: every call that an action makes, also on its way back from a cut connection, is covered by the
// permissions that it declares. Where that is broken, "drctl doctor" would promise what a server then refuses.

import { expect, it } from 'vitest';
import { DrctlError } from '../../src/engine/index.ts';
import type { Action, JsonObject, Permission } from '../../src/engine/index.ts';
import { validateParams } from '../../src/engine/language/validate-params.ts';
import type { DrPorts } from '../../src/actions/ports.ts';
import { StepMemory, readContext, writeContext } from '../fakes/contexts.ts';
import { checkedPorts } from '../fakes/permission-checker.ts';
import type { PermissionChecker } from '../fakes/permission-checker.ts';
import type { World } from '../fakes/world.ts';
import type { LawScenario } from './action-laws.ts';

/** More calls than any scenario makes. */
const maxCalls = 400;

export function permissionLaws(action: Action<DrPorts>, scenario: LawScenario): void {
  // As the runbook writes them: defaults are filled in only when a step is carried out.
  const { carryOut, undo = [] } = action.permissions(scenario.params, scenario.earlier ?? []);

  it('declares every call of plan, apply and probe', async () => {
    const bench = await createBench(action, scenario);
    const ports = checkedPorts(bench.world, carryOut);
    await bench.carryOut(ports);
    await bench.probe(ports);
    expect(ports.refused).toEqual([]);
  });

  it('declares every call of an attempt after one that was cut off', async () => {
    for (let call = 1; call <= maxCalls; call += 1) {
      const bench = await createBench(action, scenario);
      const ports = checkedPorts(bench.world, carryOut);
      const start = bench.world.faults.calls;
      bench.world.faults.cutCall(call, 'after');
      await bench.carryOut(ports).catch(ignoreCut);
      const wasReached = bench.world.faults.calls - start >= call;
      bench.world.faults.heal();
      await bench.carryOut(ports);
      expect(ports.refused, `cut after call ${call}`).toEqual([]);
      if (!wasReached) return;
    }
  });

  if (!action.undo.possible) return;
  it('declares every call of undo', async () => {
    const bench = await createBench(action, scenario);
    await bench.carryOut(bench.world);
    const ports = checkedPorts(bench.world, [...carryOut, ...undo]);
    await bench.undo(ports);
    expect(ports.refused).toEqual([]);
  });

  it('declares every call of an undo after an attempt that was cut off', async () => {
    for (let call = 1; call <= maxCalls; call += 1) {
      const bench = await createBench(action, scenario);
      const start = bench.world.faults.calls;
      bench.world.faults.cutCall(call, 'after');
      await bench.carryOut(bench.world).catch(ignoreCut);
      const wasReached = bench.world.faults.calls - start >= call;
      bench.world.faults.heal();
      const ports = checkedPorts(bench.world, [...carryOut, ...undo]);
      await bench.undo(ports);
      expect(ports.refused, `cut after call ${call}`).toEqual([]);
      if (!wasReached) return;
    }
  });

  it('declares nothing about targets that it does not name', () => {
    const targets = [...carryOut, ...undo].map(({ target }: Permission) => target);
    expect(targets.filter((target) => target !== scenario.params['target'])).toEqual([]);
  });
}

type Ports = Pick<PermissionChecker, 'readers' | 'clients'>;

interface Bench {
  readonly world: World;
  carryOut(ports: Ports): Promise<void>;
  probe(ports: Ports): Promise<void>;
  undo(ports: Ports): Promise<void>;
}

async function createBench(action: Action<DrPorts>, scenario: LawScenario): Promise<Bench> {
  const world = await scenario.build();
  const memory = new StepMemory();
  const params: JsonObject = validateParams(action, scenario.params);
  const options = scenario.names === undefined ? {} : { names: scenario.names };
  const reading = ({ readers }: Ports) => ({ ...readContext(world, options), readers });
  const writing = ({ readers, clients }: Ports) => ({
    ...writeContext(world, memory, options),
    readers,
    clients,
  });
  const earlier = () => ({ undoEntries: memory.undo, token: memory.token });
  return {
    world,
    async carryOut(ports) {
      await action.plan(params, { ...reading(ports), earlier: earlier() });
      await action.apply(params, writing(ports));
    },
    async probe(ports) {
      await action.probe(params, { ...reading(ports), ...earlier() });
    },
    async undo(ports) {
      if (!action.undo.possible) return;
      await action.undo.run({ params, entries: new Map(memory.undo) }, writing(ports));
    },
  };
}

function ignoreCut(error: unknown): void {
  if (error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE') return;
  throw error;
}
