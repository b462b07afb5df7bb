// A session for a run that exists: everything out of its header, sensitive values given again.

import type { StateStore } from '../adapters/index.ts';
import type { MovedValue, RunEventSink, RunHeader } from '../engine/index.ts';
import { assertSameClusters } from './cluster-ids.ts';
import type { Cli } from './command.ts';
import type { InputArgs } from './inputs.ts';
import { recordedInputs } from './recorded-inputs.ts';
import { openSession } from './session.ts';
import type { OpenSession } from './session.ts';
import { readState } from './state-folder.ts';

export interface OpenRecorded extends OpenSession {
  readonly moved: readonly MovedValue[];
}

/** RUN_MISMATCH for other values than those the run was begun with, and for another cluster. */
export async function openRecorded(
  options: {
    readonly header: RunHeader;
    readonly store: StateStore;
    readonly args: InputArgs & { readonly parallel: number };
    /** False: a decision that contacts nothing may be taken without them. */
    readonly secretsNeeded: boolean;
    readonly emit: RunEventSink;
    /** Targets that are given up from here on. */
    readonly unavailable?: readonly string[];
  },
  cli: Cli,
): Promise<OpenRecorded> {
  const { header, store, args, emit } = options;
  const inputs = await recordedInputs(
    header,
    { ...args, secretsNeeded: options.secretsNeeded },
    cli,
  );
  for (const { name, from, to } of inputs.moved) {
    const message = `${name} is ${JSON.stringify(to)} on this machine; the run was begun with ${JSON.stringify(from)}`;
    emit({ type: 'notice', severity: 'warning', message });
  }
  const { unavailable: since } = await readState(store, header.runId);
  const unavailable = new Set([...header.unavailable, ...since, ...(options.unavailable ?? [])]);
  const opened = await openSession(
    {
      runbook: inputs.runbook,
      runbookPath: inputs.path,
      env: inputs.env,
      registry: inputs.registry,
      redactor: inputs.redactor,
      runId: header.runId,
      parallel: args.parallel,
      unavailable: [...unavailable],
      offline: false,
      store,
      emit,
    },
    cli,
  );
  if (options.secretsNeeded) await assertSameClusters(opened, header);
  return { ...opened, moved: inputs.moved };
}
