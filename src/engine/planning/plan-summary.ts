// A plan in numbers: what views say in one line and in a table. Pure.

import { assertNever } from '../contracts/invariant.ts';
import type { Risk } from '../contracts/change.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { Plan, PlannedInstance, PlannedStep } from '../contracts/plan.ts';
import { highestRisk } from './risk.ts';

export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly run: number;
}

export interface TargetCounts extends ChangeCounts {
  readonly target: string;
  readonly later: number;
}

export interface PlanSummary {
  /** In the order in which the plan first changes them. `later`: steps of which it is not known yet what they change. */
  readonly targets: readonly TargetCounts[];
  readonly total: ChangeCounts;
  /** Ids of steps of which at least a part is planned again once others have ended; reading steps are not among them. */
  readonly later: readonly string[];
  /** Ids of steps that are planned and change nothing; reading steps are not among them. */
  readonly idle: readonly string[];
  /** Ids of steps that only read. */
  readonly reading: readonly string[];
  /** Not those that are left out. */
  readonly skipped: readonly { readonly step: string; readonly because: string }[];
  /** Ids of steps that are not of the part of the runbook that was asked for. */
  readonly leftOut: readonly string[];
  readonly errors: readonly { readonly instance: string; readonly error: ErrorRecord }[];
  /** The highest of all steps. */
  readonly risk: Risk;
  /** Ids of the steps of each risk. */
  readonly byRisk: Readonly<Record<Risk, readonly string[]>>;
  /** Steps of any kind. */
  readonly steps: number;
}

export function summarizePlan(plan: Plan): PlanSummary {
  const steps = plan.phases.flatMap((phase) => phase.steps);
  const instances = steps.flatMap(instancesOf);
  const active = steps.filter(({ fate }) => fate.kind !== 'skipped');
  const withRisk = (risk: Risk): readonly string[] =>
    idsOf(active.filter((step) => step.risk === risk));
  const targets = countByTarget(steps);
  const isLeftOut = (id: string): boolean => plan.selection?.leftOut[id] !== undefined;
  return {
    targets,
    total: targets.reduce<ChangeCounts>(add, noChanges),
    later: idsOf(steps.filter((step) => step.effect !== 'read' && isLater(step))),
    idle: idsOf(steps.filter((step) => step.effect !== 'read' && isIdle(step))),
    reading: idsOf(active.filter(({ effect }) => effect === 'read')),
    skipped: steps.flatMap(({ id, fate }) =>
      fate.kind === 'skipped' && !isLeftOut(id) ? [{ step: id, because: fate.because }] : [],
    ),
    leftOut: idsOf(steps.filter(({ id }) => isLeftOut(id))),
    errors: instances.flatMap(({ id, error }) =>
      error === undefined ? [] : [{ instance: id, error }],
    ),
    risk: highestRisk(active.map((step) => step.risk)),
    byRisk: {
      safe: withRisk('safe'),
      disruptive: withRisk('disruptive'),
      destructive: withRisk('destructive'),
    },
    steps: steps.length,
  };
}

/** Would applying it change anything, as far as can be told? What is planned later may. */
export function hasChanges(summary: PlanSummary): boolean {
  return Object.values(summary.total).some((count) => count > 0) || summary.later.length > 0;
}

const noChanges: ChangeCounts = { create: 0, update: 0, delete: 0, run: 0 };

function add(one: ChangeCounts, other: ChangeCounts): ChangeCounts {
  return {
    create: one.create + other.create,
    update: one.update + other.update,
    delete: one.delete + other.delete,
    run: one.run + other.run,
  };
}

function countByTarget(steps: readonly PlannedStep[]): readonly TargetCounts[] {
  const counts = new Map<string, TargetCounts>();
  const count = (target: string, kind: keyof ChangeCounts | 'later'): void => {
    const before = counts.get(target) ?? { target, ...noChanges, later: 0 };
    counts.set(target, { ...before, [kind]: before[kind] + 1 });
  };
  for (const step of steps) {
    const { fate } = step;
    if (fate.kind === 'later' && step.effect !== 'read') {
      for (const target of fate.targets ?? []) count(target, 'later');
    }
    for (const change of instancesOf(step).flatMap(({ changes }) => changes)) {
      switch (change.kind) {
        case 'none':
        case 'later':
          break;
        case 'create':
        case 'update':
        case 'delete':
        case 'run':
          count(change.on.target, change.kind);
          break;
        default:
          assertNever(change);
      }
    }
  }
  return [...counts.values()];
}

function isLater(step: PlannedStep): boolean {
  return (
    step.fate.kind === 'later' ||
    instancesOf(step).some(({ changes }) => changes.some(({ kind }) => kind === 'later'))
  );
}

/** Nothing is left to be done. A step that could not be planned or read is not idle. */
function isIdle({ fate }: PlannedStep): boolean {
  return (
    fate.kind === 'planned' &&
    fate.instances.every(
      ({ changes, error }) =>
        error === undefined && changes.length > 0 && changes.every(({ kind }) => kind === 'none'),
    )
  );
}

function instancesOf({ fate }: PlannedStep): readonly PlannedInstance[] {
  return fate.kind === 'planned' ? fate.instances : [];
}

function idsOf(steps: readonly PlannedStep[]): readonly string[] {
  return steps.map(({ id }) => id);
}
