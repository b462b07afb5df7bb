// One run of a toy runbook over several "processes": each has its own session, all share the world and the store.

import {
  cleanupRun,
  createRegistry,
  fold,
  resumeRun,
  rollbackRun,
  selectSteps,
  startRun,
} from '../../../../src/engine/index.ts';
import type {
  Action,
  Approver,
  EnvValue,
  JournalEvent,
  Plan,
  RunEvent,
  RunResult,
  RunSession,
  RunState,
  Runbook,
  Selection,
  StepChoice,
} from '../../../../src/engine/index.ts';
import { createRedactor } from '../../../../src/engine/language/redactor.ts';
import { planRun } from '../../../../src/engine/planning/plan-run.ts';
import { MemoryRunStore } from '../../../fakes/memory-run-store.ts';
import { toyActions } from './toy-actions.ts';
import { toyRunbook } from './toy-runbook.ts';
import type { ToyRunbook } from './toy-runbook.ts';
import { toySystem } from './toy-system.ts';
import type { ToySystem } from './toy-system.ts';
import { Killed, ToyWorld } from './toy-world.ts';
import type { ToyPorts } from './toy-world.ts';

export const runId = 'toy-run';

export interface HarnessOptions {
  readonly values?: Readonly<Record<string, string>>;
  readonly actions?: readonly Action<ToyPorts>[];
  readonly env?: readonly EnvValue[];
  readonly approver?: Approver;
  readonly parallel?: number;
  readonly unavailable?: readonly string[];
  /** Only a part of the runbook is planned. */
  readonly choice?: Partial<StepChoice>;
}

export interface Interrupts {
  readonly interrupt: AbortController;
  readonly abort: AbortController;
}

const nobodyAsks: Approver = {
  approve: async () => {
    throw new Error('Nobody expected to be asked');
  },
};

export class Harness {
  readonly world: ToyWorld;
  readonly store = new MemoryRunStore();
  readonly runbook: Runbook;
  readonly system: ToySystem = toySystem();
  readonly events: RunEvent[] = [];
  approver: Approver;
  /** What is given up from the next session on; that of the options at first. */
  unavailable: readonly string[];
  readonly #options: HarnessOptions;
  #plan: Plan | undefined;

  constructor(toy: ToyRunbook, options: HarnessOptions = {}) {
    this.world = new ToyWorld(options.values);
    this.runbook = toyRunbook(toy);
    this.approver = options.approver ?? nobodyAsks;
    this.unavailable = options.unavailable ?? [];
    this.#options = options;
  }

  session(interrupts: Partial<Interrupts> = {}): RunSession<ToyPorts> {
    const { env = [], actions = [], parallel = 4 } = this.#options;
    const { unavailable } = this;
    const ports = { world: this.world };
    return {
      runbook: this.runbook,
      runbookPath: 'toy.yaml',
      env,
      registry: createRegistry<ToyPorts>([...toyActions, ...actions]),
      ports: { readers: ports, clients: () => ports },
      system: this.system,
      redactor: createRedactor(
        env.flatMap(({ sensitive, value }) =>
          sensitive && typeof value === 'string' ? [value] : [],
        ),
      ),
      drctl: '1.0.0',
      parallel,
      unavailable,
      signal: interrupts.abort?.signal ?? new AbortController().signal,
      interrupt: interrupts.interrupt?.signal ?? new AbortController().signal,
      runId,
      offline: false,
      emit: (event) => this.events.push(event),
      approver: this.approver,
      by: { user: 'op', host: 'here', pid: 1 },
    };
  }

  /** Made once, before the run, as a person does. */
  async plan(): Promise<Plan> {
    this.#plan ??= await planRun({ ...this.session(), ...this.#selection() });
    return this.#plan;
  }

  #selection(): { readonly selection?: Selection } {
    const { choice } = this.#options;
    if (choice === undefined) return {};
    const { runbook, registry } = this.session();
    const asked = { phases: [], only: [], skip: [], ...choice };
    return { selection: selectSteps(runbook, registry, asked) };
  }

  async start(interrupts?: Partial<Interrupts>): Promise<RunResult> {
    const plan = await this.plan();
    return startRun(this.session(interrupts), { store: this.store, plan, envFiles: [] });
  }

  async resume(interrupts?: Partial<Interrupts>): Promise<RunResult> {
    this.revive();
    return resumeRun(this.session(interrupts), { store: this.store });
  }

  async rollback(
    options: { readonly to?: string; readonly force?: boolean; readonly timeoutMs?: number } = {},
    interrupts?: Partial<Interrupts>,
  ): Promise<RunResult> {
    this.revive();
    return rollbackRun(this.session(interrupts), {
      store: this.store,
      timeoutMs: 3_600_000,
      ...options,
    });
  }

  async cleanup(interrupts?: Partial<Interrupts>): Promise<RunResult> {
    this.revive();
    return cleanupRun(this.session(interrupts), { store: this.store });
  }

  /** A new process: the old one's lease is gone, and it can call and journal again. */
  revive(): void {
    this.store.killHolders();
    this.store.onAppend = undefined;
    this.world.onCall = undefined;
    this.world.dead = false;
  }

  /** The process dies at this append or call, counted from now on. */
  killAt(point: {
    readonly of: 'append' | 'call';
    readonly n: number;
    readonly when: string;
  }): void {
    const calls = this.world.calls;
    const appends = this.store.appends;
    const die = (): never => {
      this.world.dead = true;
      throw new Killed(`Killed ${point.when} ${point.of} ${point.n}`);
    };
    this.world.onCall = ({ call, when }) => {
      if (point.of === 'call' && call - calls === point.n && when === point.when) die();
    };
    this.store.onAppend = ({ append, when }) => {
      if (this.world.dead) die();
      if (point.of === 'append' && append - appends === point.n && when === point.when) die();
    };
  }

  async journal(): Promise<readonly JournalEvent[]> {
    const events: JournalEvent[] = [];
    for await (const { event } of this.store.read(runId)) events.push(event);
    return events;
  }

  async state(): Promise<RunState> {
    const records = [];
    for await (const record of this.store.read(runId)) records.push(record);
    return fold(records);
  }

  /** Instance id → status. */
  async statuses(): Promise<Readonly<Record<string, string>>> {
    const { instances } = await this.state();
    return Object.fromEntries([...instances].map(([id, { status }]) => [id, status] as const));
  }

  get notices(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  }
}

/** Runs until it ends or dies; every other error is a failure of the test. */
export async function untilKilled(work: Promise<RunResult>): Promise<RunResult | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Killed) return undefined;
    throw error;
  }
}
