// What is kept of what went wrong in a world.

import { expect, it } from 'vitest';
import { recordSnapshot } from '../../../src/lab/observe/record-snapshot.ts';
import { Recorder } from '../../../src/lab/world/recorder.ts';
import type { Side } from '../../../src/lab/cluster/side.ts';
import type { WorldCore } from '../../../src/lab/world/world.ts';

function snapshots(...writers: readonly boolean[]): readonly string[] {
  const recorder = new Recorder();
  recorder.arm();
  const world = { recorder, onSnapshot: [] } as unknown as WorldCore;
  for (const isThere of writers) {
    const pods = isThere
      ? [{ metadata: { name: 'kube-apiserver-0', labels: { app: 'kube-apiserver' } } }]
      : [];
    recordSnapshot(world, { name: 'source', all: () => pods } as unknown as Side, 'clusters-demo');
  }
  return recorder.all().map(({ kind, object }) => `${kind} ${object}`);
}

const violation = 'snapshot-with-writer source clusters-demo';

it('a snapshot with a writer is recorded, until one without is taken: a backup may come before a move', () => {
  expect(snapshots(true)).toEqual([violation]);
  expect(snapshots(true, true, false)).toEqual([]);
  expect(snapshots(true, false, true)).toEqual([violation]);
});
