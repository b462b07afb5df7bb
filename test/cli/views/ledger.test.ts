import { expect, it } from 'vitest';
import { createStyle } from '../../../src/cli/style.ts';
import { ledgerLines } from '../../../src/cli/views/ledger.ts';
import type { UndoDetails } from '../../../src/cli/views/undo-details.ts';

function shown(before: NonNullable<UndoDetails['before']>): string {
  const undo: readonly UndoDetails[] = [
    { instance: 'stop', title: 'stop', how: 'undo', afterNoReturn: false, heldDown: false, before },
  ];
  const view = { undo, pointOfNoReturn: undefined, verbose: false, columns: Infinity };
  return ledgerLines({ ...view, style: createStyle(false) }).join('\n');
}

it('of several objects the first is shown, and how many more there are', () => {
  const one = { object: 'Deployment ns/a', was: '1 replica' };
  expect(shown([one])).toMatch(/Deployment ns\/a: 1 replica$/);
  expect(shown([one, one])).toMatch(/Deployment ns\/a: 1 replica; 1 more object$/);
  expect(shown([one, one, one])).toMatch(/Deployment ns\/a: 1 replica; 2 more objects$/);
});

it('of an object that stays it is said what keeps it', () => {
  const kept = { object: 's3://b/etcd.db', was: 'not there', keptBy: 's3://b/backup.json' };
  expect(shown([kept, { object: 's3://b/other' }])).toMatch(
    /s3:\/\/b\/etcd\.db: s3:\/\/b\/backup\.json keeps it; 1 more object$/,
  );
});
