// Contexts as the engine gives them to actions, over a world of fakes: one `StepMemory` is what the journal remembers
// of a step over its attempts.

import { setImmediate as tick } from 'node:timers/promises';
import { InvariantError } from '../../src/engine/index.ts';
import { evaluateExpression } from '../../src/engine/language/evaluate.ts';
import type {
  Asked,
  Json,
  ProgressReport,
  ReadContext,
  WriteContext,
} from '../../src/engine/index.ts';
import type { DrPorts } from '../../src/actions/ports.ts';
import type { World } from './world.ts';

export class StepMemory {
  readonly undo = new Map<string, Json>();
  readonly token: string;
  cursor: Json | undefined;
  attempts = 0;

  constructor(token = 'run-1-step-1') {
    this.token = token;
  }
}

/** Time as a test has it. */
export interface Clock {
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
}

export interface ContextOptions {
  readonly signal?: AbortSignal;
  readonly onReport?: (progress: ProgressReport) => void;
  readonly names?: Readonly<Record<string, Json>>;
  readonly now?: Date;
  /** Absent: no time passes, and the clock of durations stands still. */
  readonly clock?: Clock;
  readonly asked?: Asked;
}

export function readContext(world: World, options: ContextOptions = {}): ReadContext<DrPorts> {
  return {
    readers: world.readers,
    signal: options.signal ?? new AbortController().signal,
    step: { id: 'step', title: 'Step' },
    run: { id: 'run-1', drctl: '1.0.0' },
    now: () => options.now ?? new Date('2026-01-01T00:00:00Z'),
    monotonicMs: () => options.clock?.monotonicMs() ?? 0,
    // What is under way comes to its end before the time is up.
    sleep: async (ms) => (options.clock === undefined ? tick() : options.clock.sleep(ms)),
    waiting: async (_what, work) => work(),
    evaluate: (expression, names) => evaluateCel(expression, { ...options.names, ...names }),
    report: (progress) => options.onReport?.(progress),
    ...(options.asked !== undefined && { asked: options.asked }),
  };
}

/** Undo records are durable before they return and pass the fault counter, as appends to a journal can fail too. */
export function writeContext(
  world: World,
  memory: StepMemory,
  options: ContextOptions = {},
): WriteContext<DrPorts> {
  memory.attempts += 1;
  return {
    ...readContext(world, options),
    clients: world.clients,
    attempt: memory.attempts,
    token: memory.token,
    recordUndo: async (entries) => {
      await world.faults.around('read', () => {
        for (const [key, value] of Object.entries(entries)) {
          if (!memory.undo.has(key)) memory.undo.set(key, structuredClone(value));
        }
      });
    },
    undoEntries: memory.undo,
    progress: async (cursor) => {
      memory.cursor = cursor;
    },
    cursor: memory.cursor,
    approve: async () => ({ by: 'test', at: '2026-01-01T00:00:00Z', how: 'auto-approve' }),
  };
}

function evaluateCel(expression: string, names: Readonly<Record<string, Json>>): Json {
  const scope = { env: {}, vars: {}, run: { id: 'run-1' }, steps: {} };
  const result = evaluateExpression(expression, scope, names);
  if (result.known) return result.value;
  throw new InvariantError(`${expression} refers to steps`);
}
