// What every action must keep, whatever it does. Each law runs over each scenario of each registered action; an action
// without a scenario fails. A scenario builds a fresh world each time, so that nothing leaks from law to law.

import { describe, expect, it } from 'vitest';
import { DrctlError } from '../../src/engine/index.ts';
import type { Action, Asked, ForeseenUse, Json, JsonObject } from '../../src/engine/index.ts';
import { validateOutputs, validateParams } from '../../src/engine/language/validate-params.ts';
import { auditArtifacts } from '../../src/engine/auditing/audit-artifacts.ts';
import type { DrPorts } from '../../src/actions/ports.ts';
import { StepMemory, readContext, writeContext } from '../fakes/contexts.ts';
import { permissionLaws } from './permission-laws.ts';
import type { World } from '../fakes/world.ts';

export interface LawScenario {
  readonly title: string;
  /** A fresh world, the same each time. */
  build(): World | Promise<World>;
  readonly params: JsonObject;
  /** Names beside `object` that the step's CEL may use. */
  readonly names?: Readonly<Record<string, Json>>;
  /** The effect cannot be seen in the world: after a crash, `probe` may say so. */
  readonly probe?: 'done' | 'not-done' | 'unclear';
  /** A second apply does something again (a command that is run). */
  readonly repeats?: boolean;
  /** The steps before it, where its permissions follow from them. */
  readonly earlier?: readonly ForeseenUse[];
}

/** More calls than any scenario makes; a law that gets here loops. */
const maxCalls = 400;

export function actionLaws(
  action: Action<DrPorts>,
  scenarios: readonly LawScenario[] | undefined,
): void {
  describe(`laws of ${action.name}`, () => {
    it('has a scenario', () => {
      expect(scenarios ?? [], `add test/actions/laws for ${action.name}`).not.toHaveLength(0);
    });
    it('has examples that are whole steps and fit its schema', () => {
      expect(action.examples).not.toHaveLength(0);
      for (const example of action.examples) {
        expect(example).toMatchObject({ id: expect.any(String), action: action.name });
        validateParams(action, example['with'] as JsonObject);
      }
    });
    for (const scenario of scenarios ?? []) {
      describe(`with ${scenario.title}`, () => {
        readLaws(action, scenario);
        if (action.effect !== 'read') writeLaws(action, scenario);
        if (action.undo.possible) undoLaws(action, scenario);
        permissionLaws(action, scenario);
      });
    }
  });
}

function readLaws(action: Action<DrPorts>, scenario: LawScenario): void {
  it('plan writes nothing, repeats itself, and tells the same changes where nothing else is asked', async () => {
    const world = await scenario.build();
    const before = world.content();
    const first = await foreseen(plan(action, scenario, world, { asked: 'consequences' }));
    const second = await foreseen(plan(action, scenario, world, { asked: 'consequences' }));
    expect(second).toEqual(first);
    const { changes } = await plan(action, scenario, world, { asked: 'changes' });
    expect(changes).toEqual(first.changes);
    expect(world.content()).toEqual(before);
    expect(world.faults.writes).toBe(0);
  });

  it('gives outputs that fit its schema, also when predicted', async () => {
    const world = await scenario.build();
    const { outputs } = await plan(action, scenario, world);
    const given = await apply(action, scenario, world, new StepMemory());
    expect(validateOutputs(action, given)).toEqual(given);
    expect(outputs === undefined || validateOutputs(action, outputs)).toBeTruthy();
  });
}

function writeLaws(action: Action<DrPorts>, scenario: LawScenario): void {
  it('every artifact that it leaves is what its record says, and none that its record speaks of is absent', async () => {
    const world = await scenario.build();
    const before = new Set(world.artifacts.files.keys());
    const memory = new StepMemory();
    const outputs = await apply(action, scenario, world, memory);
    const recorded = action.artifacts({ outputs, undoEntries: memory.undo });
    const { findings, unrecorded } = await auditArtifacts(world.artifacts, recorded);
    expect(findings).toEqual([]);
    // A note beside a file says nothing that the journal does not say.
    const left = unrecorded.filter((name) => !before.has(name) && !isNoteOf(recorded, name));
    expect(left).toEqual([]);
  });

  it('plan says none after apply, and a second apply changes nothing', async () => {
    if (scenario.repeats === true) return;
    const world = await scenario.build();
    const memory = new StepMemory();
    const outputs = await apply(action, scenario, world, memory);
    const after = world.content();
    const { changes } = await plan(action, scenario, world, { memory });
    expect(changes.map(({ kind }) => kind)).toEqual(['none']);
    expect(await apply(action, scenario, world, memory)).toEqual(outputs);
    expect(world.content()).toEqual(after);
  });

  it('probe finds the effect when the end was never recorded', async () => {
    const world = await scenario.build();
    const memory = new StepMemory();
    const outputs = await apply(action, scenario, world, memory);
    const probed = await probe(action, scenario, world, memory);
    expect(probed.found).toBe(scenario.probe ?? 'done');
    expect(probed.found === 'done' ? probed.outputs : outputs).toEqual(outputs);
  });

  it('probe does not find an effect that did not happen', async () => {
    const world = await scenario.build();
    const probed = await probe(action, scenario, world, new StepMemory());
    expect(probed.found).toBe(scenario.probe === 'unclear' ? 'unclear' : 'not-done');
  });

  it('probe says done after a cut only where all is as after an attempt that nobody cut', async () => {
    const uncut = await scenario.build();
    await apply(action, scenario, uncut, new StepMemory());
    for (const when of ['before', 'after'] as const) {
      await cutAtEveryCall(async (call) => {
        const world = await scenario.build();
        const memory = new StepMemory();
        const wasCut = await applyCut(action, scenario, { world, memory, call, when });
        const probed = await probe(action, scenario, world, memory);
        if (probed.found === 'done') validateOutputs(action, probed.outputs);
        const claimed = probed.found === 'done' ? world.content() : uncut.content();
        expect(claimed, `cut ${when} call ${call}`).toEqual(uncut.content());
        // Nobody else was there: what it did itself never makes it doubt, and a doubt has a reason.
        expect(probed.found === 'unclear' ? scenario.probe : probed.found).toBe(probed.found);
        expect(probed.found === 'unclear' ? probed.because : 'clear').not.toBe('');
        return wasCut;
      });
    }
  });

  for (const when of ['before', 'after'] as const) {
    it(`reaches the same end when the connection is cut ${when} any of its calls`, async () => {
      const uncut = await scenario.build();
      await apply(action, scenario, uncut, new StepMemory());
      await cutAtEveryCall(async (call) => {
        const world = await scenario.build();
        const memory = new StepMemory();
        const wasCut = await applyCut(action, scenario, { world, memory, call, when });
        // As the engine does: another attempt is planned first, and its own half-made work must not refuse it.
        await plan(action, scenario, world, { memory });
        await apply(action, scenario, world, memory);
        expect(world.content(), `cut ${when} call ${call}`).toEqual(uncut.content());
        return wasCut;
      });
    });
  }
}

function isNoteOf(recorded: readonly { readonly name: string }[], name: string): boolean {
  return recorded.some((one) => name === `${one.name}.json`);
}

function undoLaws(action: Action<DrPorts>, scenario: LawScenario): void {
  it('undo restores what was there, and a second undo changes nothing', async () => {
    const world = await scenario.build();
    const before = world.content();
    const memory = new StepMemory();
    await apply(action, scenario, world, memory);
    await undo(action, scenario, world, memory);
    expect(world.content()).toEqual(before);
    await undo(action, scenario, world, memory);
    expect(world.content()).toEqual(before);
  });

  for (const when of ['before', 'after'] as const) {
    it(`undo restores when apply was cut off ${when} any of its calls`, async () => {
      await cutAtEveryCall(async (call) => {
        const world = await scenario.build();
        const before = world.content();
        const memory = new StepMemory();
        const wasCut = await applyCut(action, scenario, { world, memory, call, when });
        await undo(action, scenario, world, memory);
        expect(world.content(), `cut ${when} call ${call}`).toEqual(before);
        return wasCut;
      });
    });
  }

  it('undo that is cut off at any of its calls and begun again restores', async () => {
    await cutAtEveryCall(async (call) => {
      const world = await scenario.build();
      const before = world.content();
      const memory = new StepMemory();
      await apply(action, scenario, world, memory);
      world.faults.cutCall(call, 'after');
      const wasCut = await failsByCut(async () => undo(action, scenario, world, memory));
      world.faults.heal();
      await undo(action, scenario, world, memory);
      expect(world.content(), `undo cut after call ${call}`).toEqual(before);
      return wasCut;
    });
  });
}

async function cutAtEveryCall(tryCall: (call: number) => Promise<boolean>): Promise<void> {
  for (let call = 1; call <= maxCalls; call += 1) {
    if (!(await tryCall(call))) return;
  }
  throw new Error(`More than ${maxCalls} calls`);
}

/** false: it made fewer calls than that. A wait goes on over a cut, so that the cut may not be seen as a failure. */
async function applyCut(
  action: Action<DrPorts>,
  scenario: LawScenario,
  cut: {
    readonly world: World;
    readonly memory: StepMemory;
    readonly call: number;
    readonly when: 'before' | 'after';
  },
): Promise<boolean> {
  const { world, memory, call, when } = cut;
  const start = world.faults.calls;
  world.faults.cutCall(call, when);
  await failsByCut(async () => {
    await apply(action, scenario, world, memory);
  });
  world.faults.heal();
  return world.faults.calls - start >= call;
}

async function failsByCut(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof DrctlError && error.code === 'CLIENT_UNREACHABLE') return true;
    throw error;
  }
}

function contextOptions({ names }: LawScenario) {
  return names === undefined ? {} : { names };
}

/** With what it will leave. */
async function foreseen(planned: ReturnType<typeof plan>) {
  const { consequences, ...rest } = await planned;
  return { ...rest, consequences: await consequences?.() };
}

/** With `memory`: as the engine plans before another attempt, with what earlier ones recorded. */
async function plan(
  action: Action<DrPorts>,
  scenario: LawScenario,
  world: World,
  { memory, ...options }: { memory?: StepMemory; asked?: Asked } = {},
) {
  const params = validateParams(action, scenario.params);
  return action.plan(params, {
    ...readContext(world, { ...contextOptions(scenario), ...options }),
    ...(memory && { earlier: { undoEntries: memory.undo, token: memory.token } }),
  });
}

async function apply(
  action: Action<DrPorts>,
  scenario: LawScenario,
  world: World,
  memory: StepMemory,
) {
  const params = validateParams(action, scenario.params);
  return action.apply(params, writeContext(world, memory, contextOptions(scenario)));
}

async function probe(
  action: Action<DrPorts>,
  scenario: LawScenario,
  world: World,
  memory: StepMemory,
) {
  const params = validateParams(action, scenario.params);
  const read = readContext(world, contextOptions(scenario));
  return action.probe(params, { ...read, undoEntries: memory.undo, token: memory.token });
}

async function undo(
  action: Action<DrPorts>,
  scenario: LawScenario,
  world: World,
  memory: StepMemory,
): Promise<void> {
  if (!action.undo.possible) return;
  const params = validateParams(action, scenario.params);
  const ctx = writeContext(world, memory, contextOptions(scenario));
  await action.undo.run({ params, entries: new Map(memory.undo) }, ctx);
}
