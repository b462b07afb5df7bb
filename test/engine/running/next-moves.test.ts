// The policy as a table: what to do now, given the graph, the journal and what is under way. Nothing is carried out.

import { describe, expect, it } from 'vitest';
import { createRegistry, fold } from '../../../src/engine/index.ts';
import type { JournalEvent } from '../../../src/engine/index.ts';
import { nextMoves } from '../../../src/engine/running/next-moves.ts';
import type { Move, Surroundings } from '../../../src/engine/running/next-moves.ts';
import { buildRunGraph } from '../../../src/engine/running/run-graph.ts';
import { toyActions } from './support/toy-actions.ts';
import { toyRunbook } from './support/toy-runbook.ts';
import type { ToyStep } from './support/toy-runbook.ts';

const step = (id: string, more: Partial<ToyStep> = {}): ToyStep => ({
  id,
  action: 'toy.set',
  with: { key: id, value: 'x' },
  ...more,
});

const graph = buildRunGraph(
  toyRunbook({
    phases: [
      {
        id: 'one',
        steps: [
          step('op', { deferUndo: true }),
          step('a', { needs: ['op'] }),
          step('b', { needs: ['a'] }),
          step('read', { action: 'toy.list' }),
        ],
      },
      {
        id: 'two',
        approval: 'required',
        steps: [step('each', { forEach: '[1]' }), step('z', { onFailure: 'rollback' })],
      },
    ],
  }),
  createRegistry(toyActions),
);

const by = { user: 'op', host: 'h', pid: 1 };
const error = { code: 'STEP_FAILED', message: 'no' } as const;
const resumed: JournalEvent = { type: 'run.resumed', by, drctl: '1' };
const begin = (id: string, attempt = 1): JournalEvent => ({
  type: 'step.started',
  step: id,
  attempt,
  action: 'toy.set',
  actionVersion: 1,
  params: {},
  changes: [],
});
const succeed = (id: string): JournalEvent => ({
  type: 'step.succeeded',
  step: id,
  attempt: 1,
  outputs: {},
});
const fail = (id: string): JournalEvent => ({
  type: 'step.failed',
  step: id,
  attempt: 1,
  error,
  willRetry: false,
});
const done = (...ids: string[]): JournalEvent[] => ids.flatMap((id) => [begin(id), succeed(id)]);
const undone = (id: string, scope: 'deferred' | 'rollback'): JournalEvent[] => [
  { type: 'step.undo-started', step: id, scope },
  { type: 'step.undone', step: id, scope },
];
const approved: JournalEvent = {
  type: 'phase.approved',
  phase: 'two',
  approval: { by: 'ada', at: 't', how: 'flag' },
};
const deferred: JournalEvent = { type: 'step.undo-started', step: 'op', scope: 'deferred' };
const rollback: JournalEvent = { type: 'rollback.started', because: 'x', by };
const one: readonly JournalEvent[] = [...done('op', 'a', 'b', 'read'), ...undone('op', 'deferred')];

function moves(events: readonly JournalEvent[], now: Partial<Surroundings> = {}): string[] {
  const started: JournalEvent = {
    type: 'run.started',
    runId: 'r',
    runbook: { name: 'n', version: '1', digest: 'd' },
    envDigest: 'e',
    drctl: '1',
    by,
  };
  const state = fold(
    [started, ...events].map((event, index) => ({
      format: 1,
      seq: index + 1,
      at: 't',
      previous: '',
      event,
    })),
  );
  const base = {
    parallel: 8,
    inFlight: new Set<string>(),
    stop: undefined,
    abandoned: new Set<string>(),
  };
  return nextMoves(graph, state, { ...base, ...now }).map(show);
}

function show(move: Move): string {
  if ('instance' in move) return `${move.kind} ${move.instance}`;
  if ('outcome' in move) return `${move.kind} ${move.outcome}`;
  if ('step' in move) return `${move.kind} ${move.step}`;
  return move.kind;
}

describe('what to do next', () => {
  it.each<[string, readonly JournalEvent[], Partial<Surroundings>, string[]]>([
    ['begins all that needs nothing', [], {}, ['attempt op', 'attempt read']],
    ['begins no more than allowed', [], { parallel: 1 }, ['attempt op']],
    ['counts what is under way', [begin('op')], { parallel: 1, inFlight: new Set(['op']) }, []],
    ['goes on behind what has ended', done('op', 'read'), {}, ['attempt a']],
    [
      'brings deferred steps back when the phase is done',
      done('op', 'a', 'b', 'read'),
      {},
      ['undo op'],
    ],
    ['asks before a phase that wants approval', one, {}, ['approve-phase']],
    ['expands and begins once approved', [...one, approved], {}, ['expand each', 'attempt z']],
    [
      'waits for what runs when a step failed',
      [begin('op'), begin('read'), fail('read')],
      { inFlight: new Set(['op']) },
      [],
    ],
    [
      'brings deferred steps back when a step failed',
      [...done('op'), begin('a'), fail('a')],
      {},
      ['undo op'],
    ],
    [
      'then ends as failed',
      [...done('op'), begin('a'), fail('a'), ...undone('op', 'deferred')],
      {},
      ['finish failed'],
    ],
    [
      'begins nothing on an interrupt but brings deferred steps back',
      done('op'),
      { stop: 'interrupt' },
      ['undo op'],
    ],
    [
      'then is interrupted',
      [...done('op'), ...undone('op', 'deferred')],
      { stop: 'interrupt' },
      ['interrupt'],
    ],
    [
      'moves nothing under a step that may still be at work',
      [...done('op'), begin('a')],
      { abandoned: new Set(['a']) },
      ['wait'],
    ],
    [
      'settles what is in doubt before anything else',
      [...done('op'), begin('a'), begin('read'), resumed],
      {},
      ['settle a'],
    ],
    [
      'begins a read that was cut off again',
      [begin('read'), resumed],
      {},
      ['attempt op', 'attempt read'],
    ],
    [
      'carries a step that came back out again before what rests on it',
      [...done('op', 'a', 'read'), ...undone('op', 'deferred'), resumed],
      {},
      ['attempt op'],
    ],
    [
      'finishes a deferred undo that was cut off',
      [...done('op', 'a'), { type: 'step.undo-started', step: 'op', scope: 'deferred' }, resumed],
      {},
      ['undo op'],
    ],
    [
      'begins nothing beside a deferred undo that it finishes',
      [...done('op', 'a'), deferred, resumed, deferred],
      { inFlight: new Set(['op']) },
      [],
    ],
    [
      'is stuck when a deferred undo that it finishes fails',
      [
        ...done('op', 'a'),
        deferred,
        resumed,
        deferred,
        { type: 'step.undo-failed', step: 'op', scope: 'deferred', error },
      ],
      {},
      ['finish stuck'],
    ],
    [
      'holds down anew first what an earlier process held down',
      [...done('op', 'read'), begin('a'), fail('a'), resumed],
      {},
      ['attempt op'],
    ],
    [
      'begins a failed step again after resume',
      [
        ...done('op', 'read'),
        begin('a'),
        fail('a'),
        resumed,
        begin('op', 2),
        { type: 'step.succeeded', step: 'op', attempt: 2, outputs: {} },
      ],
      {},
      ['attempt a'],
    ],
    [
      'rolls back where the step asks for it',
      [
        ...one,
        approved,
        { type: 'step.expanded', step: 'each', instances: [] },
        begin('z'),
        fail('z'),
      ],
      {},
      ['begin-rollback'],
    ],
    [
      'ends as succeeded',
      [...one, approved, { type: 'step.expanded', step: 'each', instances: [] }, ...done('z')],
      {},
      ['finish succeeded'],
    ],
    ['undoes the last beginning first', [...done('op', 'a'), begin('b'), rollback], {}, ['undo b']],
    ['undoes one at a time', [...done('op', 'a'), rollback], { inFlight: new Set(['a']) }, []],
    [
      'undoes nothing twice',
      [...done('op', 'a'), ...undone('op', 'deferred'), rollback, ...undone('a', 'rollback')],
      {},
      ['finish rolled-back'],
    ],
  ])('%s', (_, events, now, expected) => {
    expect(moves(events, now)).toEqual(expected);
  });
});
