// A session for a run that exists: everything out of its header, sensitive values given again.

import type { StateStore } from '../adapters/index.ts';
import { DrctlError, givenUpIn } from '../engine/index.ts';
import type { MovedValue, RunEventSink, RunHeader, RunState } from '../engine/index.ts';
import { assertSameClusters } from './cluster-ids.ts';
import type { Cli } from './command.ts';
import type { InputArgs } from './inputs.ts';
import { recordedInputs } from './recorded-inputs.ts';
import { openSession } from './session.ts';
import type { OpenSession } from './session.ts';

export interface OpenRecorded extends OpenSession {
  readonly moved: readonly MovedValue[];
}

/** RUN_MISMATCH for other values than those the run was begun with, and for another cluster. */
export async function openRecorded(
  options: {
    readonly header: RunHeader;
    /** As its journal was read just now. */
    readonly state: RunState;
    readonly store: StateStore;
    readonly args: InputArgs & { readonly parallel: number };
    /** False: a decision that contacts nothing may be taken without them. */
    readonly secretsNeeded: boolean;
    readonly emit: RunEventSink;
    /** Targets that are given up from here on. */
    readonly unavailable?: readonly string[];
    /** Targets that were given up in the course of the run and are there again. */
    readonly available?: readonly string[];
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
  const unavailable = givenUp(header, options.state, options);
  const opened = await openSession(
    {
      runbook: inputs.runbook,
      runbookPath: inputs.path,
      env: inputs.env,
      registry: inputs.registry,
      redactor: inputs.redactor,
      runId: header.runId,
      parallel: args.parallel,
      unavailable,
      offline: false,
      store,
      emit,
    },
    cli,
  );
  if (options.secretsNeeded) await assertSameClusters(opened, header);
  return { ...opened, moved: inputs.moved };
}

/** All that a session goes without. USAGE for one taken up again that cannot be. */
export function givenUp(
  header: RunHeader,
  state: RunState,
  {
    unavailable = [],
    available = [],
  }: { readonly unavailable?: readonly string[]; readonly available?: readonly string[] },
): readonly string[] {
  for (const target of available) assertTakenUpAgain(target, { header, state, unavailable });
  const all = new Set([...givenUpIn(header.unavailable, state), ...unavailable]);
  return [...all].filter((target) => !available.includes(target));
}

function assertTakenUpAgain(
  target: string,
  {
    header,
    state,
    unavailable,
  }: {
    readonly header: RunHeader;
    readonly state: RunState;
    readonly unavailable: readonly string[];
  },
): void {
  if (unavailable.includes(target)) {
    throw new DrctlError('USAGE', `${target} is both --available and --unavailable`);
  }
  if (state.unavailable.has(target)) return;
  const since = [...state.unavailable].join(', ');
  throw new DrctlError(
    'USAGE',
    header.unavailable.includes(target)
      ? `--available ${target}: the run was begun without it, so nothing was done there`
      : `--available ${target}: that target was not given up in the course of this run`,
    { hint: since === '' ? 'None was' : `Given up in its course: ${since}` },
  );
}
