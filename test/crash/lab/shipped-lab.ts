// The shipped runbook on a whole lab in this process, ended at chosen moments and resumed until it is done.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startLab } from '../../../src/lab/index.ts';
import type { Expectation, Lab, LabOptions } from '../../../src/lab/index.ts';
import { runDrctl } from '../processes/drctl-process.ts';
import type { Ended } from '../processes/drctl-process.ts';
import type { Reaper } from '../processes/moments.ts';
import { readRun } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

const runbook = path.resolve(import.meta.dirname, '../../../runbooks/aws-same-region.yaml');

export interface ShippedLab {
  readonly lab: Lab;
  apply(reaper?: Reaper): Promise<Ended>;
  resume(reaper?: Reaper): Promise<Ended>;
  rollback(reaper?: Reaper): Promise<Ended>;
  /** undefined: there is no run yet. */
  run(): Promise<RunRecord | undefined>;
  /** What is not as it must be at the end, and every rule that was broken on the way. */
  faults(expect?: Expectation): Promise<readonly string[]>;
  close(): Promise<void>;
}

const LOOKS = 6;
const LOOK_EVERY_MS = 2_000;

export async function openShippedLab(options: Omit<LabOptions, 'dir'>): Promise<ShippedLab> {
  const cwd = await mkdtemp(path.join(tmpdir(), 'drctl-chain-'));
  const lab = await startLab({ dir: path.join(cwd, '.drctl/lab'), ...options });
  const command = (args: readonly string[], reaper?: Reaper): Promise<Ended> =>
    runDrctl(cwd, [...args, '--auto-approve'], reaper);
  return {
    lab,
    apply: (reaper) => command(['apply', runbook, '-e', lab.files.envFile], reaper),
    resume: (reaper) => command(['resume'], reaper),
    rollback: (reaper) => command(['rollback'], reaper),
    run: () => readRun(cwd, 'no name'),
    async faults(expect = 'migrated') {
      let report = await lab.check({ expect });
      // What the last step set in motion, restarted pods above all, needs a moment; a broken rule is final.
      for (let look = 1; look < LOOKS && !report.ok && report.violations.length === 0; look += 1) {
        await pause(LOOK_EVERY_MS);
        report = await lab.check({ expect });
      }
      const { checks, violations } = report;
      return [
        ...checks.filter(({ ok }) => !ok).map((check) => JSON.stringify(check)),
        ...violations.map((violation) => JSON.stringify(violation)),
      ];
    },
    async close() {
      await lab.down();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
