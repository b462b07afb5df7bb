// The proof that a recovery can succeed in the lab: the whole procedure by hand, with a plain client, and every check green.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startLab, type Expectation, type Lab, type LabOptions } from '../../../src/lab/index.ts';
import {
  exportObjects,
  HCP,
  openHands,
  pause,
  releaseNames,
  restartOvn,
  restore,
  scale,
  snapshot,
  tearDown,
  upload,
  waitForNoPods,
  waitUntilServed,
  WRITERS,
} from './hands.ts';

const started: { lab: Lab; dir: string }[] = [];

async function up(options: Omit<LabOptions, 'dir'> = {}): Promise<Lab> {
  const dir = await mkdtemp(join(tmpdir(), 'lab-'));
  const lab = await startLab({ dir, ...options });
  started.push({ lab, dir });
  return lab;
}

afterEach(async () => {
  for (const { lab, dir } of started.splice(0)) {
    await lab.down();
    await rm(dir, { recursive: true });
  }
});

async function wrongChecks(lab: Lab, expectation: Expectation): Promise<readonly string[]> {
  const report = await lab.check({ expect: expectation });
  return report.checks.filter((entry) => !entry.ok).map((entry) => `${entry.name}: ${entry.found}`);
}

async function migrate(lab: Lab, nodes: boolean): Promise<void> {
  const hands = openHands(lab);
  try {
    await pause(hands.source);
    await scale(hands.source, HCP, WRITERS, 0);
    await waitForNoPods(hands.source, HCP, WRITERS);
    const url = await upload(hands, await snapshot(hands));
    const backup = await exportObjects(hands.source);
    await releaseNames(hands);
    await restore(hands.destination, backup, { url, nodes });
    await waitUntilServed(hands);
    await tearDown(hands.source);
    await restartOvn(hands);
  } finally {
    hands.close();
  }
}

describe('a migration by hand', () => {
  it('ends with every check green, nodes and all', async () => {
    const lab = await up();
    await migrate(lab, true);
    expect(await wrongChecks(lab, 'migrated')).toEqual([]);
  });

  it('ends with every check green with three members of everything', async () => {
    const lab = await up({ highlyAvailable: true });
    await migrate(lab, true);
    expect(await wrongChecks(lab, 'migrated')).toEqual([]);
  });

  it('ends with every check green for the control plane alone', async () => {
    const lab = await up({ neighbours: false });
    await migrate(lab, false);
    expect(await wrongChecks(lab, 'control-plane-only')).toEqual([]);
  });
});
