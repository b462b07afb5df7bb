// What a report says of a journal: every moment of a run, and of an outage in it, belongs to exactly one link of the
// chain, and to drctl, to the world, to a person or to nobody.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type {
  JournalEvent,
  JournalRecord,
  PlannedPhase,
  RunHeader,
} from '../../src/engine/index.ts';
import { reportTime } from '../../src/report/index.ts';

type Said = readonly [
  seconds: number,
  event: Record<string, unknown> & { type: JournalEvent['type'] },
];

const began = (step: string, action = 'k8s.patch') =>
  ({ type: 'step.started', step, attempt: 1, action }) as const;
const done = (step: string, waited?: { ms: number; for: string }) =>
  ({ type: 'step.succeeded', step, attempt: 1, outputs: {}, ...(waited && { waited }) }) as const;
const skipped = (step: string) => ({ type: 'step.skipped', step, because: 'so' }) as const;
const start = { type: 'run.started', runId: 'run-1', runbook: {} } as const;
const finish = { type: 'run.finished', outcome: 'succeeded' } as const;

function phase(id: string, steps: Readonly<Record<string, readonly string[]>>): PlannedPhase {
  const planned = Object.entries(steps).map(([step, needs]) => ({
    id: step,
    title: `Do ${step}`,
    needs,
  }));
  return { id, steps: planned } as unknown as PlannedPhase;
}

function report(phases: readonly PlannedPhase[], said: readonly Said[]) {
  const header = {
    runId: 'run-1',
    runbook: { name: 'move', version: '1.0.0' },
    plan: { phases },
  } as unknown as RunHeader;
  const outages = [{ title: 'the API is away', from: 'stop', until: 'ready' }];
  const found = reportTime({ header, records: recordsOf(said), outages, isWhole: true });
  if (found === undefined) throw new Error('no report');
  return found;
}

/** With the numbers that a journal has. */
function recordsOf(said: readonly Said[]): readonly JournalRecord[] {
  const attempts = new Map<string, number>();
  return said.map(([seconds, event], index) => {
    const step = String(event['step']);
    if (event.type === 'step.started') attempts.set(step, (attempts.get(step) ?? 0) + 1);
    const numbered = 'attempt' in event ? { ...event, attempt: attempts.get(step) ?? 1 } : event;
    const at = new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
    return { seq: index + 1, at, event: { changes: [], ...numbered } } as unknown as JournalRecord;
  });
}

const links = ({
  links: all,
}: {
  readonly links: readonly { readonly id: string; readonly tookMs: number }[];
}) => all.map(({ id, tookMs }) => [id, tookMs / 1_000]);

const move = [
  phase('backup', {
    look: [],
    stop: [],
    snapshot: ['stop'],
    export: ['stop'],
    upload: ['snapshot'],
  }),
  phase('restore', { restore: [], ready: ['restore'] }),
];

const moved: readonly Said[] = [
  [0, start],
  [1, began('look')],
  [2, done('look')],
  [2, began('stop', 'k8s.scale')],
  [32, done('stop', { ms: 29_000, for: 'the pods of Deployment a/b' })],
  [32, began('export')],
  [33, began('snapshot')],
  [34, done('export')],
  [38, done('snapshot')],
  [39, began('upload')],
  [41, done('upload')],
  [42, began('restore')],
  [43, done('restore')],
  [43, began('ready', 'k8s.wait')],
  [103, done('ready', { ms: 60_000, for: '/readyz to answer 200' })],
  [103, finish],
];

describe('the chain', () => {
  it('goes over what was needed, not over what went on beside it', () => {
    expect(links(report(move, moved).chain)).toEqual([
      ['stop', 32],
      ['snapshot', 6],
      ['upload', 3],
      ['restore', 2],
      ['ready', 60],
    ]);
  });

  it('goes over what a phase waited for at its end, needed or not', () => {
    const late = moved.map(([at, event]): Said =>
      'step' in event && event['step'] === 'export' && event.type === 'step.succeeded'
        ? [41.5, event]
        : [at, event],
    );
    const sorted = late.toSorted(([a], [b]) => a - b);
    expect(links(report(move, sorted).chain).map(([id]) => id)).toEqual([
      'stop',
      'export',
      'restore',
      'ready',
    ]);
  });

  it('has the whole time of the run, each moment once', () => {
    const { chain, beganAt, endedAt } = report(move, moved);
    expect(chain.tookMs).toBe(Date.parse(endedAt) - Date.parse(beganAt));
    expect(chain.ownMs + chain.waitMs + chain.personMs + chain.idleMs).toBe(chain.tookMs);
  });

  it('goes through a step that was skipped to what that had waited for', () => {
    const phases = [phase('one', { stop: [], maybe: ['stop'], ready: ['maybe'] })];
    const said: readonly Said[] = [
      [0, start],
      [0, began('stop')],
      [5, done('stop')],
      [5.5, skipped('maybe')],
      [6, began('ready')],
      [9, done('ready')],
    ];
    expect(links(report(phases, said).chain)).toEqual([
      ['stop', 5],
      ['maybe', 0.5],
      ['ready', 3.5],
    ]);
  });

  it('tells apart the time in which a person was asked, and the time in which no drctl was at work', () => {
    const approval = { by: 'ana', at: '', how: 'prompt' };
    const { chain } = report(move, [
      [0, start],
      [0, began('stop')],
      [2, { type: 'run.interrupted', because: 'Ctrl-C' }],
      [100, { type: 'run.resumed' }],
      [101, began('stop')],
      [103, done('stop')],
      [163, { type: 'phase.approved', phase: 'restore', approval }],
      [163, began('restore')],
      [164, done('restore')],
    ]);
    expect(chain).toMatchObject({
      tookMs: 164_000,
      idleMs: 98_000,
      personMs: 60_000,
      ownMs: 6_000,
    });
  });

  it('counts an attempt that failed and the pause after it as drctl’s own', () => {
    const error = { code: 'X', message: 'x' };
    const { chain } = report(move, [
      [0, start],
      [0, began('stop')],
      [3, { type: 'step.failed', step: 'stop', attempt: 1, error, willRetry: true }],
      [5, began('stop')],
      [6, done('stop')],
    ]);
    expect(links(chain)).toEqual([
      ['stop', 3],
      ['stop', 3],
    ]);
    expect(chain.ownMs).toBe(6_000);
  });
});

describe('an outage', () => {
  it('lasts from the begin of its first step to the end of its last, and says what drctl adds to the waits', () => {
    const [outage] = report(move, moved).outages;
    expect(outage).toMatchObject({
      title: 'the API is away',
      tookMs: 101_000,
      waitMs: 89_000,
      ownMs: 12_000,
      ownShare: 12 / 89,
    });
  });

  it('that has not ended is told up to the last record', () => {
    const [open] = report(move, moved.slice(0, 8)).outages;
    expect(open).toMatchObject({ endedAt: null, endedBy: null, tookMs: 32_000, waitMs: 29_000 });
    expect(report(move, moved.slice(0, 3)).outages).toEqual([]);
  });

  it('ends with the undo of its first step, and begins anew when a rollback undoes its last one', () => {
    const scope = 'rollback';
    const [whole, again, ...more] = report(move, [
      ...moved.slice(0, -1),
      [110, { type: 'rollback.started', because: 'x' }],
      [111, { type: 'step.undo-impossible', step: 'ready', because: 'reads only' }],
      [112, { type: 'step.undo-started', step: 'stop', scope }],
      [115, { type: 'step.undone', step: 'stop', scope }],
      [116, { type: 'run.finished', outcome: 'rolled-back' }],
    ]).outages;
    expect(more).toEqual([]);
    expect(whole).toMatchObject({ tookMs: 101_000, endedBy: 'until' });
    expect(again).toMatchObject({ tookMs: 4_000, endedBy: 'undo' });
    expect(again?.endedAt).toBe('2026-01-01T00:01:55.000Z');
  });

  it('without a wait has no share', () => {
    const said: readonly Said[] = [
      [0, start],
      [0, began('stop')],
      [1, done('stop')],
      [1, began('ready')],
      [2, done('ready')],
    ];
    const phases = [phase('one', { stop: [], ready: ['stop'] })];
    expect(report(phases, said).outages[0]?.ownShare).toBeNull();
  });
});

it('of an older journal, steps that only wait count as waits, and that is said', () => {
  const older = moved.map(([at, event]): Said => {
    const { waited: _waits, ...rest } = event;
    return [at, rest];
  });
  const found = report(move, older);
  expect(found.tellsWaits).toBe(false);
  expect(found.outages[0]).toMatchObject({ waitMs: 60_000, ownMs: 41_000 });
  expect(report(move, moved).tellsWaits).toBe(true);
});

it('can be made of every kept journal', () => {
  for (const name of ['format-1', 'format-1-part', 'format-1-every-event', 'format-1-waits']) {
    const text = readFileSync(
      new URL(`../fixtures/journals/${name}.jsonl`, import.meta.url),
      'utf8',
    );
    const records = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalRecord);
    const header = { runId: 'r', runbook: {}, plan: { phases: [] } } as unknown as RunHeader;
    const { chain } = reportTime({ header, records, outages: [], isWhole: true }) ?? {};
    expect(
      (chain?.ownMs ?? 0) + (chain?.waitMs ?? 0) + (chain?.personMs ?? 0) + (chain?.idleMs ?? 0),
    ).toBe(chain?.tookMs);
  }
});
