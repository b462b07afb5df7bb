// Where each step of a run stands, and when it was at work. Pure.

import type { InstanceState, InstanceSummary, RunState, RunSummary } from '../engine/index.ts';
import type { Bar, InstanceReport, PhaseReport, Standing } from './model.ts';
import type { Span } from './spans.ts';

/** The worst first: a step stands where the worst of its instances does. */
const worst: readonly Standing[] = [
  'not-put-back',
  'failed',
  'refused',
  'unclear',
  'cut-off',
  'stays',
  'running',
  'put-back',
  'done',
  'not-begun',
  'skipped',
  'left-out',
];

export interface Standings {
  readonly summary: RunSummary;
  readonly state: RunState;
  readonly spans: readonly Span[];
  /** A process works on the run now. */
  readonly isAlive: boolean;
}

export function phaseReports(of: Standings): readonly PhaseReport[] {
  const bars = barsOf(of.spans);
  return of.summary.phases.map(({ id, title, pointOfNoReturn, steps }) => ({
    id,
    title,
    pointOfNoReturn,
    steps: steps.map((step) => {
      const instances = step.instances.map((instance) => report(instance, bars, of));
      const isLeftOut = step.leftOut !== undefined && instances.every(isUntouched);
      return {
        id: step.id,
        title: step.title,
        action: step.action,
        standing: isLeftOut ? 'left-out' : standingOfStep(instances, step.expanded),
        instances,
      };
    }),
  }));
}

function isUntouched({ standing }: InstanceReport): boolean {
  return standing === 'not-begun' || standing === 'skipped';
}

/** An empty list of instances is a step that had nothing to do. */
function standingOfStep(instances: readonly InstanceReport[], expanded: boolean): Standing {
  const none = expanded ? 'skipped' : 'not-begun';
  return worst.find((one) => instances.some(({ standing }) => standing === one)) ?? none;
}

function report(
  { id, attempts, error, because }: InstanceSummary,
  bars: ReadonlyMap<string, readonly Bar[]>,
  { state, isAlive }: Standings,
): InstanceReport {
  const standing = standingOf(state.instances.get(id), isAlive);
  // What a read says of its undo is no reason for anything that a person asks about.
  const says = standing !== 'done' && because !== undefined;
  return {
    id,
    standing,
    attempts,
    ...(says ? { because } : {}),
    ...(error === undefined ? {} : { error }),
    bars: bars.get(id) ?? [],
  };
}

export function standingOf(instance: InstanceState | undefined, isAlive: boolean): Standing {
  if (instance === undefined) return 'not-begun';
  switch (instance.status) {
    case 'succeeded':
      return 'done';
    case 'undone':
      return 'put-back';
    case 'not-undoable':
      if (hasChanged(instance)) return 'stays';
      return instance.completed ? 'done' : 'cut-off';
    case 'undo-failed':
      return 'not-put-back';
    case 'running':
    case 'retrying':
    case 'undoing':
      return isAlive ? 'running' : 'cut-off';
    case 'pending':
      return 'not-begun';
    default:
      return instance.status;
  }
}

/** It may have changed the world, as far as its journal says. */
export function hasChanged({ begun, undoEntries, changes }: InstanceState): boolean {
  return begun && (undoEntries.size > 0 || changes.some(({ kind }) => kind !== 'none'));
}

function barsOf(spans: readonly Span[]): ReadonlyMap<string, readonly Bar[]> {
  const bars = new Map<string, Bar[]>();
  for (const { id, kind, beganMs, endedMs, ended } of spans) {
    if ((kind !== 'attempt' && kind !== 'undo') || ended === undefined) continue;
    const known = bars.get(id) ?? [];
    bars.set(id, known);
    const [beganAt, endedAt] = [new Date(beganMs).toISOString(), new Date(endedMs).toISOString()];
    known.push({ kind, beganAt, endedAt, end: ended });
  }
  return bars;
}
