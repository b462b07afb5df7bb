// A small world to plan on: named things on named targets, and five actions. Targets can be down.

import { Type } from 'typebox';
import {
  DrctlError,
  createRedactor,
  createRegistry,
  defineAction,
  FilledInLater,
  defineReadAction,
} from '../../../src/engine/index.ts';
import type {
  Check,
  EnvValue,
  Json,
  Phase,
  Ports,
  Runbook,
  RunEvent,
  Session,
  Step,
} from '../../../src/engine/index.ts';

export interface ToyReaders {
  read(target: string, name: string): Promise<Json | undefined>;
}

export interface ToyThing {
  readonly target: string;
  readonly name: string;
  readonly value: Json;
}

/** The world with these things in it. */
export function foreseeToys(world: ToyReaders, things: readonly ToyThing[]): ToyReaders {
  return {
    read: async (target, name) => {
      const foreseen = things.findLast((thing) => thing.target === target && thing.name === name);
      return foreseen === undefined ? world.read(target, name) : foreseen.value;
    },
  };
}

export interface ToyPorts extends Ports {
  readonly readers: ToyReaders;
  readonly clients: ToyReaders;
  readonly consequence: ToyThing;
}

export class ToyWorld implements ToyReaders {
  readonly things = new Map<string, Json>();
  readonly down = new Set<string>();
  /** Reads so far, by target. */
  readonly reads: string[] = [];
  /** The most reads that were under way at once. */
  mostAtOnce = 0;
  #atOnce = 0;

  async read(target: string, name: string): Promise<Json | undefined> {
    this.reads.push(target);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.#atOnce -= 1;
    if (this.down.has(target)) {
      throw new DrctlError('CLIENT_UNREACHABLE', `${target} does not answer`, { retryable: true });
    }
    return this.things.get(`${target}/${name}`);
  }
}

const named = {
  target: Type.String({ 'x-drctl': 'target:kubernetes' }),
  name: Type.String(),
};
const notThere = (target: string, name: string): DrctlError =>
  new DrctlError('CLIENT_NOT_FOUND', `${target} has no "${name}"`);

const getParams = Type.Object(named, { additionalProperties: false });
const getOutputs = Type.Object({ value: Type.Unsafe<Json>({}) });
const get = defineReadAction<ToyPorts, typeof getParams, typeof getOutputs>({
  name: 'toy.get',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Gets a thing',
  examples: [],
  params: getParams,
  outputs: getOutputs,
  async read({ target, name }, { readers }) {
    const value = await readers.read(target, name);
    if (value === undefined) throw notThere(target, name);
    return { value };
  },
});

const assertParams = Type.Object(
  { ...named, is: Type.Unsafe<Json>({}) },
  { additionalProperties: false },
);
const assertOutputs = Type.Object({});
const assert = defineReadAction<ToyPorts, typeof assertParams, typeof assertOutputs>({
  name: 'toy.assert',
  version: 1,
  permissions: () => ({ carryOut: [] }),
  summary: 'Demands a value',
  examples: [],
  params: assertParams,
  outputs: assertOutputs,
  async read({ target, name, is }, { readers }) {
    const value = await readers.read(target, name);
    if (JSON.stringify(value) === JSON.stringify(is)) return {};
    throw new DrctlError('ASSERTION_FAILED', `${name} is ${JSON.stringify(value)}`);
  },
});

const setParams = Type.Object(
  {
    ...named,
    to: FilledInLater({ description: 'The value' }),
    risk: Type.Optional(Type.Enum(['safe', 'disruptive', 'destructive'], { default: 'safe' })),
    password: Type.Optional(Type.String({ 'x-drctl': 'sensitive' })),
  },
  { additionalProperties: false },
);

/** `toy.set` demands that the thing is there, `toy.make` makes it. */
const setting = (name: 'toy.set' | 'toy.make' | 'toy.drop') =>
  defineAction<ToyPorts, typeof setParams, ReturnType<typeof outputsOfSet>>({
    name,
    version: 1,
    permissions: () => ({ carryOut: [] }),
    effect: name === 'toy.drop' ? 'destroy' : 'change',
    summary: 'Changes a thing',
    examples: [],
    params: setParams,
    outputs: outputsOfSet(),
    async plan(params, { readers }) {
      const before = await readers.read(params.target, params.name);
      if (before === undefined && name === 'toy.set') throw notThere(params.target, params.name);
      const outputs = { made: params.name };
      if (JSON.stringify(before) === JSON.stringify(params.to)) {
        return { changes: [{ kind: 'none', because: 'it is so already' }], outputs };
      }
      const kind = before === undefined ? 'create' : 'update';
      const fields = [{ path: 'value', after: params.to }];
      const on = { target: params.target, object: params.name };
      return {
        changes: [{ kind, on, fields, risk: params.risk ?? 'safe' }],
        observed: [{ object: `${params.target}: ${params.name}`, fields: before ?? null }],
        outputs,
        consequences: async () => [{ target: params.target, name: params.name, value: params.to }],
      };
    },
    apply: () => Promise.reject(new Error('Planning applied an action')),
    probe: async () => ({ found: 'not-done' }),
    undo: { possible: false, because: 'a toy' },
  });

function outputsOfSet() {
  return Type.Object({ made: Type.String() });
}

export const toyRegistry = createRegistry<ToyPorts>([
  get,
  assert,
  setting('toy.set'),
  setting('toy.make'),
  setting('toy.drop'),
]);

const at = { file: 'toy.yaml', line: 1, column: 1, length: 1 };

/** A step with everything that is not given filled in. */
export function step(given: Partial<Step> & Pick<Step, 'id' | 'action' | 'with'>): Step {
  return {
    title: given.id,
    phase: 'p',
    needs: [],
    when: undefined,
    whenNot: undefined,
    forEach: undefined,
    key: undefined,
    timeoutMs: 60_000,
    retry: { attempts: 1, initialDelayMs: 0, factor: 1, maxDelayMs: 0, jitter: false },
    onFailure: 'stop',
    deferUndo: false,
    whenUnavailable: undefined,
    at,
    ...given,
  };
}

export function check(given: Partial<Check> & Pick<Check, 'id' | 'with'>): Check {
  return {
    action: 'toy.assert',
    when: undefined,
    whenNot: undefined,
    needs: [],
    message: undefined,
    remedy: undefined,
    severity: 'error',
    references: [],
    timeoutMs: 60_000,
    whenUnavailable: 'refuse',
    at,
    ...given,
  };
}

export function phase(id: string, steps: readonly Step[], given: Partial<Phase> = {}): Phase {
  return {
    id,
    title: id,
    pointOfNoReturn: false,
    approval: 'none',
    approvals: 1,
    confirm: undefined,
    guards: [],
    steps: steps.map((one) => ({ ...one, phase: id })),
    at,
    ...given,
  };
}

export function toySession(
  given: {
    readonly phases?: readonly Phase[];
    readonly preconditions?: readonly Check[];
    readonly env?: readonly EnvValue[];
    readonly world?: ToyWorld;
    readonly mayBeDown?: readonly string[];
  } & Partial<Omit<Session<ToyPorts>, 'env'>>,
): Session<ToyPorts> & { readonly events: readonly RunEvent[] } {
  const { phases = [], preconditions = [], env = [], world = new ToyWorld(), ...others } = given;
  const { mayBeDown = [], ...rest } = others;
  const events: RunEvent[] = [];
  const runbook: Runbook = {
    name: 'toy',
    version: '1.0.0',
    description: undefined,
    env: new Map(),
    vars: new Map(),
    targets: new Map(
      mayBeDown.map((name) => [
        name,
        {
          type: 'kubernetes',
          mayBeDown: true,
          confirmUnavailable: undefined,
          settings: {},
          at,
        },
      ]),
    ),
    locks: [],
    outages: [],
    impact: [],
    preconditions,
    phases,
    rollback: new Map(),
    sources: [],
    digest: 'sha256:toy',
    warnings: [],
  };
  return {
    runbook,
    runbookPath: 'toy.yaml',
    env,
    registry: toyRegistry,
    ports: { readers: world },
    system: {
      now: () => new Date('2026-01-01T00:00:00Z'),
      monotonicMs: () => 0,
      random: () => 0,
      sleep: async () => undefined,
    },
    redactor: createRedactor(
      env.flatMap(({ sensitive, value }) =>
        sensitive && typeof value === 'string' ? [value] : [],
      ),
    ),
    drctl: '0.0.0',
    parallel: 4,
    unavailable: [],
    signal: new AbortController().signal,
    runId: '20260101-000000-toy-0000',
    offline: false,
    emit: (event) => events.push(event),
    events,
    ...rest,
  };
}
