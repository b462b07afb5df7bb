// A session for a run that exists: everything out of its header, sensitive values given again.

import type { FileRunStore } from '../adapters/index.ts';
import type { RunEventSink, RunHeader } from '../engine/index.ts';
import type { Cli } from './command.ts';
import type { InputArgs } from './inputs.ts';
import { recordedInputs } from './recorded-inputs.ts';
import { openSession } from './session.ts';
import type { OpenSession } from './session.ts';

export async function openRecorded(
  options: {
    readonly header: RunHeader;
    readonly store: FileRunStore;
    readonly args: InputArgs & { readonly parallel: number };
    /** False: a decision that contacts nothing may be taken without them. */
    readonly secretsNeeded: boolean;
    readonly emit: RunEventSink;
  },
  cli: Cli,
): Promise<OpenSession> {
  const { header, store, args, emit } = options;
  const inputs = await recordedInputs(
    header,
    { ...args, secretsNeeded: options.secretsNeeded },
    cli,
  );
  return openSession(
    {
      runbook: inputs.runbook,
      runbookPath: inputs.path,
      env: inputs.env,
      registry: inputs.registry,
      redactor: inputs.redactor,
      runId: header.runId,
      parallel: args.parallel,
      unavailable: header.unavailable,
      offline: false,
      store,
      emit,
    },
    cli,
  );
}
