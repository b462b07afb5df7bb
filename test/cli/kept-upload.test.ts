// What is said about undoing an upload that a backup keeps.

import { expect, it } from 'vitest';
import type { InstanceState } from '../../src/engine/index.ts';
import { beforeOf } from '../../src/cli/before.ts';
import { createStyle } from '../../src/cli/style.ts';
import { ledgerLines } from '../../src/cli/views/ledger.ts';
import { detailLines, keeperOf, undoDetails } from '../../src/cli/views/undo-details.ts';
import type { Runbook, RunState } from '../../src/engine/index.ts';

const prospect = {
  instance: 'upload',
  title: 'Upload',
  how: 'undo',
  afterNoReturn: false,
  heldDown: false,
} as const;

function uploaded(params: InstanceState['params']): InstanceState {
  const entry = { bucket: 'b', key: 'run/etcd.db', replaced: null };
  return {
    id: 'upload',
    step: 'upload',
    params,
    undoEntries: new Map([['upload', entry]]),
  } as unknown as InstanceState;
}

const recorded = { status: 'succeeded', outputs: { bucket: 'b', folder: 'run' } };

function detailsOf(instance: InstanceState, others: Readonly<Record<string, object>> = {}) {
  const instances = new Map<string, object>([['upload', instance], ...Object.entries(others)]);
  const state = { instances } as unknown as RunState;
  const undo = undoDetails(prospect, { runbook: {} as Runbook, state });
  const view = { pointOfNoReturn: undefined, verbose: false, columns: 120 };
  return { undo, ledger: ledgerLines({ ...view, undo: [undo], style: createStyle(false) }) };
}

it('stays while the backup is there, and nobody is told to delete it', () => {
  const kept = uploaded({ keptBy: 'run/backup.json' });
  expect(beforeOf(kept)).toEqual([
    { object: 's3://b/run/etcd.db', was: 'not there', keptBy: 's3://b/run/backup.json' },
  ]);
  const { undo, ledger } = detailsOf(kept, { record: recorded });
  expect(keeperOf(undo)).toBe('s3://b/run/backup.json');
  expect(detailLines(undo)).toEqual([
    's3://b/run/etcd.db: stays while s3://b/run/backup.json is there',
  ]);
  expect(ledger.join('\n')).toMatch(
    /upload +stays +s3:\/\/b\/run\/etcd.db: s3:\/\/b\/run\/backup.json keeps it/,
  );
});

it('goes when the run was cut off before the backup was finished: no file is named that is not there', () => {
  const kept = uploaded({ keptBy: 'run/backup.json' });
  for (const others of [{}, { record: { ...recorded, status: 'running', outputs: null } }]) {
    const { undo, ledger } = detailsOf(kept, others);
    expect(keeperOf(undo)).toBeUndefined();
    expect(detailLines(undo)).toEqual([
      's3://b/run/etcd.db: was not there; stays only if there is s3://b/run/backup.json by then',
    ]);
    expect(ledger.join('\n')).toMatch(/upload +put back +s3:\/\/b\/run\/etcd.db: not there/);
  }
});

it('is put back where nothing keeps it', () => {
  const { undo, ledger } = detailsOf(uploaded({}));
  expect(keeperOf(undo)).toBeUndefined();
  expect(detailLines(undo)).toEqual(['s3://b/run/etcd.db: was not there']);
  expect(ledger.join('\n')).toMatch(/upload +put back +s3:\/\/b\/run\/etcd.db: not there/);
});
