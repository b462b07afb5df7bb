// The proof that a recovery can succeed in the lab: the whole procedure by hand, with a plain client, and every check green.

import { afterEach, describe, expect, it } from 'vitest';
import type { Expectation, Lab } from '../../../src/lab/index.ts';
import { exportObjects, snapshot, upload } from './backup-by-hand.ts';
import { HCP, pause, scale, waitForNoPods, WRITERS, type Hands } from './hands.ts';
import { releaseNames, restartOvn, restore, tearDown, waitUntilServed } from './move-by-hand.ts';
import { LAB_TIMEOUT_MS, startedLab, stopLabs } from './lab-fixture.ts';

afterEach(stopLabs);

async function wrongChecks(lab: Lab, expectation: Expectation): Promise<readonly string[]> {
  const report = await lab.check({ expect: expectation });
  return report.checks.filter((entry) => !entry.ok).map((entry) => `${entry.name}: ${entry.found}`);
}

async function migrate(
  hands: Hands,
  options: { readonly nodes: boolean; readonly waitsForWriters?: boolean },
): Promise<void> {
  await pause(hands.source);
  await scale(hands.source, HCP, WRITERS, 0);
  if (options.waitsForWriters !== false) await waitForNoPods(hands.source, HCP, WRITERS);
  const content = await snapshot(hands);
  await waitForNoPods(hands.source, HCP, WRITERS);
  const url = await upload(hands, content);
  const backup = await exportObjects(hands.source);
  await releaseNames(hands);
  await restore(hands.destination, backup, { url, nodes: options.nodes });
  await waitUntilServed(hands);
  await tearDown(hands.source);
  await restartOvn(hands);
}

describe('a migration by hand', { timeout: LAB_TIMEOUT_MS }, () => {
  it('ends with every check green, nodes and all', async () => {
    const hands = await startedLab();
    await migrate(hands, { nodes: true });
    expect(await wrongChecks(hands.lab, 'migrated')).toEqual([]);
  });

  it('ends with every check green with three members of everything', async () => {
    const hands = await startedLab({ highlyAvailable: true });
    await migrate(hands, { nodes: true });
    expect(await wrongChecks(hands.lab, 'migrated')).toEqual([]);
  });

  it('ends with every check green for the control plane alone', async () => {
    const hands = await startedLab({ neighbours: false });
    await migrate(hands, { nodes: false });
    expect(await wrongChecks(hands.lab, 'control-plane-only')).toEqual([]);
  });

  it('loses acknowledged writes when the snapshot is taken while a writer still lives', async () => {
    const hands = await startedLab({ neighbours: false });
    await migrate(hands, { nodes: true, waitsForWriters: false });
    expect(hands.lab.violations().map((violation) => violation.kind)).toEqual([
      'snapshot-with-writer',
    ]);
    const wrong = await wrongChecks(hands.lab, 'migrated');
    expect(wrong.map((text) => text.split(':')[0])).toEqual([
      'hosted-writes-kept',
      'no-violations',
    ]);
  });
});
