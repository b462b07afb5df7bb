// A whole run of drctl as a process of its own, and how long each of its steps was under way, as the journal has it.

import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../measure/command.ts';
import { readJournal } from '../measure/journal.ts';
import type { JournalEvent } from '../measure/journal.ts';

export interface MeasuredRun {
  /** Of the whole command: start, plan, a second look right before each step, the steps. */
  readonly seconds: number;
  readonly peakMiB: number;
  /** Step → the seconds between the records of its beginning and of its end. */
  readonly steps: ReadonlyMap<string, number>;
}

export interface RunRequest {
  readonly drctl: readonly string[];
  /** In which a folder for the run is made. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** YAML or JSON of the steps of the only phase. */
  readonly steps: readonly object[];
}

/** Rejects, with what drctl said, when the run does not succeed. */
export async function measuredRun(request: RunRequest): Promise<MeasuredRun> {
  const cwd = await mkdtemp(path.join(request.folder, 'run-'));
  const runbook = {
    apiVersion: 'drctl.dev/v1',
    kind: 'Runbook',
    metadata: { name: 'bench', version: '1.0.0' },
    targets: { here: { type: 'kubernetes', kubeconfig: request.kubeconfig } },
    phases: [{ id: 'only', title: 'The only one', steps: request.steps }],
  };
  await writeFile(path.join(cwd, 'runbook.yaml'), JSON.stringify(runbook));
  const { seconds, peakMiB } = await runCommand(
    [...request.drctl, 'apply', 'runbook.yaml', '--auto-approve', '--quiet'],
    { cwd, stdout: 'ignore' },
  );
  return { seconds, peakMiB, steps: durations(await readJournal(cwd)) };
}

function durations(events: readonly JournalEvent[]): ReadonlyMap<string, number> {
  const began = new Map<string, number>();
  const took = new Map<string, number>();
  for (const { atMs, type, step = '' } of events) {
    if (type === 'step.started') began.set(step, atMs);
    if (type === 'step.succeeded') {
      took.set(step, (atMs - (began.get(step) ?? Number.NaN)) / 1000);
    }
  }
  return took;
}
