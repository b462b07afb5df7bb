// What a run has put out of use and not brought back: it is said until it is surely in use again.
import { describe, expect, it } from 'vitest';
import { fold, openOutages } from '../../../src/engine/index.ts';
import type { Change, JournalEvent } from '../../../src/engine/index.ts';

const by = { user: 'op', host: 'h', pid: 1 };
const outage = { title: 'the API is away', from: 'stop', until: 'ready' };

const started: JournalEvent = {
  type: 'run.started',
  runId: 'r',
  runbook: { name: 'n', version: '1', digest: 'd' },
  envDigest: 'e',
  drctl: '1',
  by,
};
const rollback = (to?: string): JournalEvent => ({
  type: 'rollback.started',
  because: 'x',
  by,
  ...(to === undefined ? {} : { to }),
});
const rolledBack: JournalEvent = { type: 'run.finished', outcome: 'rolled-back' };

const written: Change = {
  kind: 'update',
  on: { target: 'source', object: 'Deployment a/b' },
  fields: [],
  risk: 'safe',
};

function begin(step: string, changes: readonly Change[] = [written]): JournalEvent {
  return {
    type: 'step.started',
    step,
    attempt: 1,
    action: 'toy.set',
    actionVersion: 1,
    params: {},
    changes,
  };
}
const looks = (step: string): JournalEvent =>
  begin(step, [{ kind: 'none', because: 'reads only' }]);
const succeed = (step: string): JournalEvent => ({
  type: 'step.succeeded',
  step,
  attempt: 1,
  outputs: {},
});
function undo(step: string, scope: 'rollback' | 'deferred' = 'rollback'): readonly JournalEvent[] {
  return [
    { type: 'step.undo-started', step, scope },
    { type: 'step.undone', step, scope },
  ];
}
const cannot = (step: string, because: string): JournalEvent => ({
  type: 'step.undo-impossible',
  step,
  because,
});

/** A record a second. */
function open(...events: readonly JournalEvent[]): readonly string[] {
  const state = fold(
    [started, ...events].map((event, index) => ({
      format: 1,
      seq: index + 1,
      at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
      previous: '',
      event,
    })),
  );
  return openOutages([outage], state).map(({ title, since }) => `${title} ${since.slice(17, 19)}`);
}

const stopped = [begin('stop'), succeed('stop')];
const moved = [...stopped, looks('ready'), succeed('ready')];
const away = ['the API is away 01'];

describe('what is out of use', () => {
  it('is so from the beginning of the first step until the last one has succeeded', () => {
    expect(open()).toEqual([]);
    expect(open(...stopped)).toEqual(away);
    expect(open(...stopped, looks('ready'))).toEqual(away);
    expect(open(...moved)).toEqual([]);
  });

  it('is in use again once the first step is undone', () => {
    expect(open(...moved, rollback(), cannot('ready', 'reads only'))).toEqual(away);
    expect(
      open(...moved, rollback(), cannot('ready', 'reads only'), ...undo('stop'), rolledBack),
    ).toEqual([]);
  });

  it('is out of use still where what put it there cannot be undone', () => {
    const given = cannot('stop', 'its target is given up');
    expect(open(...stopped, rollback(), given, rolledBack)).toEqual(away);
  });

  it('was never put out of use by a first step that only looks, once that is rolled back', () => {
    const back = [rollback(), cannot('stop', 'reads only'), rolledBack];
    expect(open(looks('stop'), succeed('stop'), ...back)).toEqual([]);
  });

  it('is out of use again when a rollback undoes what the last step waited for beside it', () => {
    const beside = [
      ...stopped,
      looks('ready'),
      begin('publish'),
      succeed('publish'),
      succeed('ready'),
    ];
    expect(open(...beside, rollback('ready'), ...undo('publish'), rolledBack)).toEqual(away);
    const after = [...moved, begin('later'), succeed('later')];
    expect(open(...after, rollback('ready'), ...undo('later'), rolledBack)).toEqual([]);
  });

  it('stays in use when the last step comes back at the end of its phase as it always does', () => {
    const held = [...stopped, begin('ready'), succeed('ready')];
    expect(open(...held, ...undo('ready', 'deferred'))).toEqual([]);
    expect(open(...held, rollback('stop'), ...undo('ready'), rolledBack)).toEqual(away);
  });
});
