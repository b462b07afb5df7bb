// The schedule is kept up event by event; `nextMoves` looks at the whole run. At every record of any run both must say the
// same, or a step would begin too early, twice, or never.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/engine/index.ts';
import type { JournalEvent } from '../../../src/engine/index.ts';
import { createFold } from '../../../src/engine/running/fold.ts';
import { nextMoves } from '../../../src/engine/running/next-moves.ts';
import type { Surroundings } from '../../../src/engine/running/next-moves.ts';
import { buildRunGraph } from '../../../src/engine/running/run-graph.ts';
import { createSchedule } from '../../../src/engine/running/schedule.ts';
import { toyActions } from './support/toy-actions.ts';
import { toyRunbook } from './support/toy-runbook.ts';
import type { ToyStep } from './support/toy-runbook.ts';

const stepCount = 6;
const by = { user: 'op', host: 'h', pid: 1 };
const error = { code: 'STEP_FAILED', message: 'no' } as const;

/** Each step may need any of those before it; some are held down, looked at, or done for each of two items. */
const anyStep = fc.record({
  needs: fc.array(fc.nat(stepCount), { maxLength: 3 }),
  kind: fc.constantFrom('plain', 'plain', 'held', 'read', 'each', 'goes-on'),
});
const anyGraph = fc.array(anyStep, { minLength: stepCount, maxLength: stepCount }).map((steps) => {
  const written = steps.map(({ needs, kind }, index): ToyStep => ({
    id: `s${index}`,
    action: kind === 'read' ? 'toy.list' : 'toy.set',
    with: { key: `s${index}`, value: 'x' },
    needs: [...new Set(needs)].filter((need) => need < index).map((need) => `s${need}`),
    ...(kind === 'held' ? { deferUndo: true } : {}),
    ...(kind === 'each' ? { forEach: '[1, 2]' } : {}),
    ...(kind === 'goes-on' ? { onFailure: 'continue' as const } : {}),
  }));
  const phases = [
    { id: 'one', steps: written.slice(0, 4) },
    { id: 'two', steps: written.slice(4) },
  ];
  return buildRunGraph(toyRunbook({ phases }), createRegistry(toyActions));
});

type Make = (step: string, attempt: number) => JournalEvent;
const makers: readonly Make[] = [
  (step, attempt) => ({
    type: 'step.started',
    step,
    attempt,
    action: 'toy.set',
    actionVersion: 1,
    params: {},
    changes: [],
  }),
  (step, attempt) => ({ type: 'step.succeeded', step, attempt, outputs: {} }),
  (step, attempt) => ({ type: 'step.failed', step, attempt, error, willRetry: false }),
  (step, attempt) => ({ type: 'step.failed', step, attempt, error, willRetry: true }),
  (step) => ({ type: 'step.skipped', step, because: 'left out' }),
  (step) => ({ type: 'step.refused', step, error }),
  (step) => ({ type: 'step.probed', step, found: 'unclear', because: 'nobody knows' }),
  (step) => ({ type: 'step.undo-started', step, scope: 'deferred' }),
  (step) => ({ type: 'step.undone', step, scope: 'deferred' }),
  (step) => ({ type: 'step.undo-failed', step, scope: 'deferred', error }),
  (step) => ({
    type: 'step.expanded',
    step,
    instances: [1, 2].map((n) => ({ key: `${n}`, item: n })),
  }),
  () => ({ type: 'run.resumed', by, drctl: '1' }),
];
/** Most are the ones that a run is made of. */
const anyMaker = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...makers.slice(0, 2)) },
  { weight: 1, arbitrary: fc.constantFrom(...makers) },
);
const anyEvent = fc.record({
  make: anyMaker,
  step: fc.nat(stepCount - 1),
  instance: fc.constantFrom('', '[1]', '[2]'),
});

describe('The schedule of a run', () => {
  it('gives the moves that the whole run gives, after each event', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        anyGraph,
        fc.array(anyEvent, { minLength: 30, maxLength: 120 }),
        fc.integer({ min: 1, max: 4 }),
        (graph, events, parallel) => {
          const fold = createFold();
          const schedule = createSchedule(graph, fold.state);
          const now: Surroundings = {
            parallel,
            inFlight: new Set(),
            stop: undefined,
            abandoned: new Set(),
          };
          const add = (event: JournalEvent): void => {
            const record = {
              format: 1,
              seq: fold.state.seq + 1,
              at: '2026-01-01T00:00:00.000Z',
              previous: '',
              event,
            } as const;
            fold.add(record);
            schedule.note(record);
            expect(told(() => schedule.next(now))).toEqual(
              told(() => nextMoves(graph, fold.state, now)),
            );
          };
          add({
            type: 'run.started',
            runId: 'r',
            runbook: { name: 'toy', version: '1', digest: 'd' },
            envDigest: 'e',
            drctl: '1',
            by,
          });
          for (const { make, step, instance } of events) {
            const id = `s${step}${graph.steps.get(`s${step}`)?.step.forEach === undefined ? '' : instance}`;
            const attempts = fold.state.instances.get(id)?.attempt ?? 0;
            const event = [make(id, attempts), make(id, attempts + 1)].find((one) =>
              follows(fold, one),
            );
            if (event === undefined) continue;
            taken += 1;
            add(event);
          }
        },
      ),
    );
    expect(taken).toBeGreaterThan(1_000);
  });
});

function follows(run: ReturnType<typeof createFold>, event: JournalEvent): boolean {
  try {
    run.check(event);
    return true;
  } catch {
    return false;
  }
}

/** States that no run reaches are a bug to both. */
function told(moves: () => unknown): unknown {
  try {
    return moves();
  } catch (thrown) {
    return String(thrown);
  }
}
