// Labs for tests: started in a folder of their own, stopped and removed after the test or file that asked for them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startLab, type Lab, type LabOptions, type ViolationKind } from '../../../src/lab/index.ts';
import { openHands, until, type Hands } from './hands.ts';

/** A whole lab and a migration, on a machine that does other things too. */
export const LAB_TIMEOUT_MS = 120_000;

const started: { hands: Hands; dir: string }[] = [];

afterAll(stopLabs, LAB_TIMEOUT_MS);

/** Stopped when the file's tests have ended, or by `stopLabs`. */
export async function startedLab(options: Omit<LabOptions, 'dir'> = {}): Promise<Hands> {
  const dir = await mkdtemp(join(tmpdir(), 'drctl-lab-test-'));
  const hands = openHands(await startLab({ dir, ...options }));
  started.push({ hands, dir });
  return hands;
}

export async function stopLabs(): Promise<void> {
  for (const { hands, dir } of started.splice(0)) {
    hands.close();
    await hands.lab.down();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Waits for a violation of that kind; the object it is about. */
export async function recorded(lab: Lab, kind: ViolationKind): Promise<string> {
  const find = () => lab.violations().find((violation) => violation.kind === kind);
  await until(`the violation ${kind}`, () => Promise.resolve(find() !== undefined));
  return find()?.object ?? '';
}
