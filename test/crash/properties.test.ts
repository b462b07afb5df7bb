// Random runbooks, random deaths: however often and wherever a run dies, resuming it ends as the run that nobody
// killed; and rolling it back, dying on the way too, ends with the world as it was.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resumeRun, rollbackRun } from '../../src/engine/index.ts';
import type { RunResult } from '../../src/engine/index.ts';
import { Harness, untilKilled } from '../engine/running/support/harness.ts';
import type { ToyPhase, ToyRunbook, ToyStep } from '../engine/running/support/toy-runbook.ts';

const values = { 'k/0': 'old', 'k/1': 'old', 'np/1': 'on', 'np/2': 'on' };

interface Drawn {
  readonly kind: 'set' | 'count' | 'create' | 'flaky' | 'fails-first' | 'read' | 'each' | 'skipped';
  readonly needs: readonly number[];
  readonly deferUndo: boolean;
}

const drawnStep: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom(
    'set',
    'count',
    'create',
    'flaky',
    'fails-first',
    'read',
    'each',
    'skipped',
  ),
  needs: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
  deferUndo: fc.boolean(),
});

const runbooks: fc.Arbitrary<ToyRunbook> = fc
  .array(fc.array(drawnStep, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 })
  .map((phases) => ({
    phases: phases.map((steps, phase): ToyPhase => ({
      id: `p${phase}`,
      steps: steps.map((drawn, index) => toStep(drawn, `s${phase}-${index}`, phase, index)),
    })),
  }));

function toStep(drawn: Drawn, id: string, phase: number, index: number): ToyStep {
  const base = {
    id,
    needs: drawn.needs.filter((need) => need < index).map((need) => `s${phase}-${need}`),
    deferUndo: drawn.deferUndo,
  };
  const write = { key: `k/${id}`, value: 'new' };
  switch (drawn.kind) {
    case 'set':
      return { ...base, action: 'toy.set', with: write };
    case 'count':
      return { ...base, action: 'toy.count', with: { key: `n/${id}` } };
    case 'create':
      return { ...base, action: 'toy.create', with: { key: `c/${id}` } };
    case 'flaky':
      return { ...base, action: 'toy.flaky', with: write, retry: { attempts: 9 } };
    case 'fails-first':
      return { ...base, action: 'toy.flaky', with: write, retry: { attempts: 1 } };
    case 'read':
      return { ...base, action: 'toy.list', with: { prefix: 'k/' }, deferUndo: false };
    case 'skipped':
      return { ...base, action: 'toy.set', with: write, when: "run.id == 'another'" };
    case 'each':
      return {
        ...base,
        action: 'toy.set',
        forEach: "['x', 'y']",
        key: 'item',
        with: { key: `k/${id}/{{item}}`, value: 'new' },
      };
    default:
      return drawn.kind satisfies never;
  }
}

const deaths = fc.array(
  fc.record({
    of: fc.constantFrom('append' as const, 'call' as const),
    n: fc.integer({ min: 1, max: 25 }),
    when: fc.constantFrom('before', 'after'),
  }),
  { maxLength: 4 },
);

/** The world without what only counts how often it was asked. */
function contentOf(harness: Harness): Readonly<Record<string, string>> {
  const entries = Object.entries(harness.world.content());
  return Object.fromEntries(entries.filter(([key]) => !key.startsWith('asked ')));
}

type Death = Parameters<Harness['killAt']>[0];

/** Goes on, with a new process after each death and each failure, until the run has the outcome. */
async function goOn(
  harness: Harness,
  outcome: string,
  { deaths: list, begin }: { deaths: readonly Death[]; begin: () => Promise<RunResult> },
): Promise<void> {
  let next = begin;
  for (let session = 0; session < 40; session += 1) {
    const death = list[session];
    harness.revive();
    if (death !== undefined) harness.killAt(death);
    await untilKilled(next());
    const state = await harness.state();
    if (state.outcome === outcome) return;
    // Before a rollback's first event was durable there is nothing to resume, only to ask again.
    const isToBegin = outcome === 'rolled-back' && state.rollback === undefined;
    next = isToBegin ? begin : () => resumeRun(harness.session(), { store: harness.store });
  }
  throw new Error('The run does not come to its end');
}

async function carryOut(runbook: ToyRunbook, list: readonly Death[]): Promise<Harness> {
  const harness = new Harness(runbook, { values, parallel: 3 });
  await harness.plan();
  await goOn(harness, 'succeeded', { deaths: list, begin: () => harness.start() });
  return harness;
}

describe('any runbook, killed anywhere, any number of times', () => {
  it('ends as the run that nobody killed', async () => {
    await fc.assert(
      fc.asyncProperty(runbooks, deaths, async (runbook, list) => {
        const uncut = await carryOut(runbook, []);
        const cut = await carryOut(runbook, list);
        expect(contentOf(cut)).toEqual(contentOf(uncut));
        expect(await cut.statuses()).toEqual(await uncut.statuses());
      }),
      { numRuns: 100 },
    );
  });

  it('is undone completely, in the reverse order of its beginnings', async () => {
    await fc.assert(
      fc.asyncProperty(runbooks, deaths, deaths, async (runbook, forward, back) => {
        const harness = await carryOut(runbook, forward);
        const before = await harness.state();
        const wanted = before.startOrder.filter(
          (id) => before.instances.get(id)?.status === 'succeeded',
        );
        await goOn(harness, 'rolled-back', {
          deaths: back,
          begin: () =>
            rollbackRun(harness.session(), { store: harness.store, timeoutMs: 3_600_000 }),
        });
        expect(contentOf(harness)).toEqual(values);
        const undone = (await harness.journal()).flatMap((event) =>
          event.type === 'step.undo-impossible' ||
          (event.type === 'step.undone' && event.scope === 'rollback')
            ? [event.step]
            : [],
        );
        expect(undone).toEqual(wanted.toReversed());
      }),
      { numRuns: 100 },
    );
  });
});
