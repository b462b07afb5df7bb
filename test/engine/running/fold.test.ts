import { describe, expect, it } from 'vitest';
import { fold } from '../../../src/engine/index.ts';
import type { JournalEvent, JournalRecord } from '../../../src/engine/index.ts';

const by = { user: 'op', host: 'h', pid: 1 };
const error = { code: 'STEP_FAILED', message: 'no' } as const;

const started: JournalEvent = {
  type: 'run.started',
  runId: 'r',
  runbook: { name: 'n', version: '1', digest: 'd' },
  envDigest: 'e',
  drctl: '1',
  by,
};
const resumed: JournalEvent = { type: 'run.resumed', by, drctl: '1' };
const rollback: JournalEvent = { type: 'rollback.started', because: 'x', by };

function begin(step: string, attempt = 1): JournalEvent {
  return {
    type: 'step.started',
    step,
    attempt,
    action: 'toy.set',
    actionVersion: 1,
    params: {},
    changes: [],
  };
}
function fail(step: string, attempt: number, willRetry = false): JournalEvent {
  return { type: 'step.failed', step, attempt, error, willRetry };
}
function succeed(step: string, attempt = 1): JournalEvent {
  return { type: 'step.succeeded', step, attempt, outputs: { n: attempt } };
}
function undo(
  type: 'step.undo-started' | 'step.undone',
  scope: 'rollback' | 'deferred',
): JournalEvent {
  return { type, step: 'a', scope };
}

function record(value: number): JournalEvent {
  return {
    type: 'step.undo-recorded',
    step: 'a',
    entries: { x: value, [`only ${value}`]: value },
  };
}

function records(...events: readonly JournalEvent[]): JournalRecord[] {
  return events.map((event, index) => ({
    format: 1,
    seq: index + 1,
    at: `t${index + 1}`,
    previous: '',
    event,
  }));
}

describe('the state of a run', () => {
  it('knows what is given up, also what a rollback gave up or took up again before it was withdrawn', () => {
    const withdrawn: JournalEvent = { type: 'rollback.withdrawn', error };
    const events = [
      started,
      { ...resumed, unavailable: ['source'] },
      { ...rollback, available: ['source'], unavailable: ['hosted'] },
    ];
    expect([...fold(records(...events)).unavailable]).toEqual(['hosted']);
    expect([...fold(records(...events, withdrawn)).unavailable]).toEqual(['source']);
  });

  it('can be taken back to before a rollback only while that has begun no undo', () => {
    const withdrawn: JournalEvent = { type: 'rollback.withdrawn', error };
    const looked: JournalEvent = { type: 'step.undo-impossible', step: 'a', because: 'a read' };
    const before = [started, begin('a'), succeed('a')];
    // Asked for again after a crash: it is the same rollback, which has still undone nothing.
    const state = fold(records(...before, rollback, looked, rollback, withdrawn));
    expect(state).toMatchObject({ status: 'running', rollback: undefined, session: 3 });
    expect(state.instances).toEqual(fold(records(...before)).instances);
    expect(() =>
      fold(records(...before, rollback, undo('step.undo-started', 'rollback'), withdrawn)),
    ).toThrow(/has begun to undo/);
  });

  it('counts attempts over sessions, and those of the session apart', () => {
    const state = fold(
      records(
        started,
        begin('a'),
        fail('a', 1, true),
        begin('a', 2),
        fail('a', 2),
        resumed,
        begin('a', 3),
      ),
    );
    expect(state.instances.get('a')).toMatchObject({
      attempt: 3,
      sessionAttempts: 1,
      status: 'running',
    });
  });

  it('keeps the first undo record of a key, over attempts', () => {
    const state = fold(
      records(started, begin('a'), record(1), fail('a', 1, true), begin('a', 2), record(2)),
    );
    expect([...(state.instances.get('a')?.undoEntries ?? [])]).toEqual([
      ['x', 1],
      ['only 1', 1],
      ['only 2', 2],
    ]);
  });

  it('forgets the undo records of a step that is begun again after its deferred undo', () => {
    const state = fold(
      records(
        started,
        begin('a'),
        { type: 'step.undo-recorded', step: 'a', entries: { x: 1 } },
        succeed('a'),
        begin('b'),
        undo('step.undo-started', 'deferred'),
        undo('step.undone', 'deferred'),
        resumed,
        begin('a', 2),
      ),
    );
    expect(state.instances.get('a')?.undoEntries.size).toBe(0);
    expect(state.startOrder).toEqual(['b', 'a']);
  });

  it('goes on rolling back when a rollback that was cut off is resumed', () => {
    const state = fold(records(started, begin('a'), succeed('a'), rollback, resumed));
    expect(state).toMatchObject({ status: 'rolling-back', session: 3 });
  });

  it('takes a probe and a decision for the end of a step', () => {
    const state = fold(
      records(
        started,
        begin('a'),
        begin('b'),
        begin('c'),
        resumed,
        { type: 'step.probed', step: 'a', found: 'done', outputs: { y: 1 } },
        { type: 'step.probed', step: 'b', found: 'unclear', because: 'who knows' },
        { type: 'step.decided', step: 'b', decision: 'skip', reason: 'by hand', by },
        { type: 'step.probed', step: 'c', found: 'not-done' },
      ),
    );
    const statuses = [...state.instances.values()].map(({ id, status }) => `${id} ${status}`);
    expect(statuses).toEqual(['a succeeded', 'b skipped', 'c pending']);
    expect(state.instances.get('a')?.outputs).toEqual({ y: 1 });
  });

  it.each<[string, readonly JournalEvent[]]>([
    ['anything before the run began', [resumed]],
    ['a second beginning', [started, started]],
    ['a step started twice in one session', [started, begin('a'), begin('a', 2)]],
    ['an attempt left out', [started, begin('a', 2)]],
    ['the end of a step that never began', [started, succeed('a')]],
    ['the end of another attempt', [started, begin('a'), succeed('a', 2)]],
    ['two ends', [started, begin('a'), succeed('a'), fail('a', 1)]],
    [
      'undo data of a step that has ended',
      [started, begin('a'), succeed('a'), { type: 'step.undo-recorded', step: 'a', entries: {} }],
    ],
    [
      'a step after the run has finished',
      [started, { type: 'run.finished', outcome: 'failed' }, begin('a')],
    ],
    [
      'resuming what has succeeded',
      [started, { type: 'run.finished', outcome: 'succeeded' }, resumed],
    ],
    [
      'undoing a run that is not rolled back',
      [started, begin('a'), succeed('a'), undo('step.undo-started', 'rollback')],
    ],
    ['undoing what never began', [started, rollback, undo('step.undo-started', 'rollback')]],
    [
      'an undo that ends without having begun',
      [started, begin('a'), rollback, undo('step.undone', 'rollback')],
    ],
    ['a success in a rollback', [started, begin('a'), rollback, succeed('a')]],
    [
      'a run that is rolled back without a rollback',
      [started, { type: 'run.finished', outcome: 'rolled-back' }],
    ],
    [
      'an expansion that changes',
      [
        started,
        { type: 'step.expanded', step: 'a', instances: [] },
        { type: 'step.expanded', step: 'a', instances: [] },
      ],
    ],
    [
      'an event of a newer drctl',
      [started, { type: 'step.dreamt', step: 'a' } as unknown as JournalEvent],
    ],
  ])('refuses %s, naming the record', (_, events) => {
    expect(() => fold(records(...events))).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_ILLEGAL',
        message: expect.stringContaining(`record ${events.length} (${events.at(-1)?.type}`),
      }),
    );
  });

  it('refuses a gap in the sequence', () => {
    const [first, , third] = records(started, resumed, resumed);
    expect(() => fold([first, third] as JournalRecord[])).toThrow(/record 2 is due/);
  });
});
