// Everything that planning needs, put together once by the caller. There are only readers in it:
// whatever is built on a Session alone cannot write.

import type { Ports } from '../contracts/action.ts';
import type { Registry } from '../contracts/registry.ts';
import type { EnvValue, Runbook } from '../contracts/runbook.ts';
import type { Selection } from '../contracts/selection.ts';
import type { RunEventSink, System } from '../contracts/system.ts';
import type { Redactor } from '../language/redactor.ts';

export interface Session<P extends Ports> {
  readonly runbook: Runbook;
  /** As the person named it. */
  readonly runbookPath: string;
  readonly env: readonly EnvValue[];
  readonly registry: Registry<P>;
  readonly ports: {
    readonly readers: P['readers'];
    /** The same readers, of the world as it will be after this. Absent: plans are made on the world as it is. */
    foresee?(readers: P['readers'], consequences: readonly P['consequence'][]): P['readers'];
  };
  readonly system: System;
  /** Knows the sensitive env values; learns of more while steps are planned and carried out. */
  readonly redactor: Redactor;
  /** Version of drctl, kept in plans and runs. */
  readonly drctl: string;
  /** How many steps and checks may be under way at once; at least 1. */
  readonly parallel: number;
  /** Targets that were given up: steps that name them are skipped. */
  readonly unavailable: readonly string[];
  /** Only these steps; absent: all of them. While a run goes on, that of its plan counts. */
  readonly selection?: Selection;
  /** Aborted: end now. */
  readonly signal: AbortSignal;
  /** While planning without a run: the id that the run would get. */
  readonly runId: string;
  /** Nothing may be read; the plan shows structure only. */
  readonly offline: boolean;
  readonly emit: RunEventSink;
}
