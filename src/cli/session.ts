// Runbook and values → everything the engine needs. The same for plan, apply, resume and rollback.

import path from 'node:path';
import { foresee } from '../actions/index.ts';
import type { DrPorts } from '../actions/index.ts';
import type { StateStore } from '../adapters/index.ts';
import {
  DrctlError,
  createArtifactLedger,
  envScope,
  parseDuration,
  renderTargets,
  renderVars,
  runScope,
  verifiedArtifacts,
} from '../engine/index.ts';
import type {
  EnvValue,
  JournalRecord,
  Redactor,
  Registry,
  RenderedTarget,
  RunEventSink,
  Runbook,
  Scope,
  Selection,
  Session,
} from '../engine/index.ts';
import type { Cli } from './command.ts';
import { connectTargets } from './compose.ts';
import type { Connections } from './compose.ts';
import { drctlVersion } from './version.ts';

export interface SessionInput {
  readonly runbook: Runbook;
  /** As the person named it. */
  readonly runbookPath: string;
  readonly env: readonly EnvValue[];
  readonly registry: Registry<DrPorts>;
  readonly redactor: Redactor;
  readonly runId: string;
  readonly parallel: number;
  readonly unavailable: readonly string[];
  /** For planning; a run keeps to its plan's. */
  readonly selection?: Selection | undefined;
  readonly offline: boolean;
  readonly store: StateStore;
  readonly emit: RunEventSink;
}

export interface OpenSession {
  readonly session: Session<DrPorts>;
  readonly connections: Connections;
  readonly targets: ReadonlyMap<string, RenderedTarget>;
  /** What is known before any step: env, vars, run. */
  readonly scope: Scope;
}

const MAX_PARALLEL = 100;

/** TARGET_INVALID, VALUE_UNRESOLVED, USAGE. Connections are closed when the command ends. */
export async function openSession(input: SessionInput, cli: Cli): Promise<OpenSession> {
  checkParallel(input.parallel);
  checkUnavailable(input);
  const run = runScope(input.runId, input.unavailable);
  const secrets = input.redactor;
  const vars = renderVars(input.runbook, input.env, run, secrets);
  const scope = { env: envScope(input.env), vars, run, steps: {}, secrets };
  const targets = renderTargets(input.runbook, scope);
  const runbookPath = path.resolve(cli.io.cwd, input.runbookPath);
  const ledger = createArtifactLedger(input.registry, () => recordsOf(input));
  const connections = await connectTargets({
    targets,
    unavailable: input.unavailable,
    artifacts: verifiedArtifacts(input.store.artifacts(input.runId), ledger.find),
    runbookPath,
    notice: (message) => input.emit({ type: 'notice', severity: 'warning', message }),
  });
  cli.atEnd(() => connections.close());
  const { createSystem } = await import('../adapters/index.ts');
  return {
    targets,
    scope,
    connections,
    session: {
      runbook: input.runbook,
      runbookPath,
      env: input.env,
      registry: input.registry,
      ports: { readers: connections.readers, foresee },
      system: createSystem(),
      redactor: input.redactor,
      drctl: drctlVersion(),
      parallel: input.parallel,
      unavailable: input.unavailable,
      ...(input.selection === undefined ? {} : { selection: input.selection }),
      signal: cli.stops.abort,
      runId: input.runId,
      offline: input.offline,
      emit: (event) => {
        if (event.type === 'journal') ledger.note(event.record);
        input.emit(event);
      },
    },
  };
}

/** None for a run that has not begun: a plan, or the checks before it. */
async function* recordsOf({ store, runId }: SessionInput): AsyncIterable<JournalRecord> {
  try {
    yield* store.read(runId);
  } catch (error) {
    if (!(error instanceof DrctlError && error.code === 'RUN_NOT_FOUND')) throw error;
  }
}

function checkParallel(parallel: number): void {
  if (Number.isInteger(parallel) && parallel >= 1 && parallel <= MAX_PARALLEL) return;
  throw new DrctlError(
    'USAGE',
    `--parallel must be a whole number from 1 to ${MAX_PARALLEL}, not ${parallel}`,
  );
}

function checkUnavailable({ unavailable, runbook }: SessionInput): void {
  const unknown = unavailable.find((name) => !runbook.targets.has(name));
  if (unknown === undefined) return;
  throw new DrctlError(
    'USAGE',
    `--unavailable ${unknown}: the runbook has no target of that name`,
    {
      hint: `Its targets are ${[...runbook.targets.keys()].join(', ')}`,
    },
  );
}

/** USAGE for anything but a duration. Stops the command in order when the time is up. */
export function startTimeout(timeout: string | undefined, cli: Cli): void {
  if (timeout === undefined) return;
  const ms = durationFlag(timeout, '--timeout');
  const timer = setTimeout(() => cli.stops.stop(`Stopped after ${timeout} (--timeout)`), ms);
  cli.atEnd(() => clearTimeout(timer));
}

export function durationFlag(text: string, flag: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new DrctlError('USAGE', `${flag} ${text} is not a duration`, {
      cause,
      hint: 'Write a number and a unit, for example 90s, 5m or 1h30m',
    });
  }
}
