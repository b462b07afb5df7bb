import { expect, it } from 'vitest';
import { fold, standingOf } from '../../../src/engine/index.ts';
import type { JournalEvent } from '../../../src/engine/index.ts';

const by = { user: 'ada', host: 'here', pid: 1 };
const runbook = { name: 'toy', version: '1.0.0', digest: 'sha256:0' };
const begun: JournalEvent = {
  type: 'run.started',
  runId: 'toy-run',
  runbook,
  envDigest: 'sha256:0',
  drctl: '0.0.0',
  by,
};
const started = (step: string): JournalEvent => ({
  type: 'step.started',
  step,
  attempt: 1,
  action: 'toy.set',
  actionVersion: 1,
  params: {},
  changes: [],
});
const succeeded = (step: string): JournalEvent => ({
  type: 'step.succeeded',
  step,
  attempt: 1,
  outputs: {},
});
const failed = (step: string): JournalEvent => ({
  type: 'step.failed',
  step,
  attempt: 1,
  error: { code: 'STEP_FAILED', message: 'no' },
  willRetry: false,
});

it.each([
  ['before its first step', []],
  ['at step "a"', [started('a')]],
  ['at steps "a", "b", "c", "d" … and 1 more', ['a', 'b', 'c', 'd', 'e'].map(started)],
  ['after step "a"', [started('a'), succeeded('a')]],
  ['stopped at step "a"', [started('a'), failed('a')]],
  ['at step "b"', [started('a'), started('b'), failed('a')]],
])('whoever is kept away by a run is told how far it is: %s', (words, events) => {
  const records = [begun, ...events].map((event, index) => ({
    format: 1 as const,
    seq: index + 1,
    at: '2026-11-22T00:00:00.000Z',
    previous: '',
    event,
  }));
  expect(standingOf(fold(records))).toBe(words);
});
