// Runbooks of toy steps, written as data: what the loader would give, with short forms for what tests rarely set.

import type {
  Check,
  EnvDeclaration,
  Json,
  JsonObject,
  Phase,
  RetryPolicy,
  Runbook,
  SourceRange,
  Step,
  TargetDeclaration,
} from '../../../../src/engine/index.ts';

const at: SourceRange = { file: 'toy.yaml', line: 1, column: 1, length: 1 };

const retry: RetryPolicy = {
  attempts: 3,
  initialDelayMs: 10,
  factor: 2,
  maxDelayMs: 100,
  jitter: true,
};

export interface ToyStep {
  readonly id: string;
  readonly action: string;
  readonly with: JsonObject;
  readonly needs?: readonly string[];
  readonly when?: string;
  readonly forEach?: string;
  readonly key?: string;
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly onFailure?: Step['onFailure'];
  readonly deferUndo?: boolean;
  readonly whenUnavailable?: string;
}

export interface ToyPhase {
  readonly id: string;
  readonly steps: readonly ToyStep[];
  readonly pointOfNoReturn?: boolean;
  readonly approval?: Phase['approval'];
  readonly approvals?: number;
  readonly confirm?: Phase['confirm'];
  readonly guards?: readonly ToyCheck[];
}

export interface ToyCheck {
  readonly id: string;
  readonly action: string;
  readonly with: JsonObject;
  readonly references?: readonly string[];
  readonly whenUnavailable?: Check['whenUnavailable'];
}

export interface ToyRunbook {
  readonly phases: readonly ToyPhase[];
  readonly env?: Readonly<Record<string, { readonly sensitive: boolean }>>;
  readonly preconditions?: readonly ToyCheck[];
  readonly rollback?: Readonly<Record<string, readonly ToyStep[]>>;
  readonly vars?: Readonly<Record<string, Json>>;
  readonly targets?: Readonly<Record<string, TargetDeclaration['confirmUnavailable']>>;
}

export function toyRunbook(toy: ToyRunbook): Runbook {
  return {
    name: 'toy',
    version: '1.0.0',
    description: undefined,
    env: new Map(
      Object.entries(toy.env ?? {}).map(([name, { sensitive }]) => [name, declaration(sensitive)]),
    ),
    vars: new Map(Object.entries(toy.vars ?? {})),
    targets: new Map(
      Object.entries(toy.targets ?? {}).map(([name, confirmUnavailable]) => [
        name,
        { type: 'kubernetes', mayBeDown: false, confirmUnavailable, settings: {}, at },
      ]),
    ),
    locks: [],
    outages: [],
    impact: [],
    preconditions: (toy.preconditions ?? []).map(toyCheck),
    phases: toy.phases.map(toyPhase),
    rollback: new Map(
      Object.entries(toy.rollback ?? {}).map(([id, steps]) => [
        id,
        steps.map((step) => toyStep(step, 'rollback')),
      ]),
    ),
    sources: [{ path: 'toy.yaml', text: 'toy' }],
    digest: 'sha256:toy',
    warnings: [],
  };
}

function declaration(sensitive: boolean): EnvDeclaration {
  return {
    description: undefined,
    required: false,
    sensitive,
    type: 'string',
    pattern: undefined,
    enum: undefined,
    default: undefined,
    at,
  };
}

function toyPhase(phase: ToyPhase): Phase {
  return {
    id: phase.id,
    title: phase.id,
    pointOfNoReturn: phase.pointOfNoReturn ?? false,
    approval: phase.approval ?? 'none',
    approvals: phase.approvals ?? 1,
    confirm: phase.confirm,
    guards: (phase.guards ?? []).map(toyCheck),
    steps: phase.steps.map((step) => toyStep(step, phase.id)),
    at,
  };
}

function toyCheck(check: ToyCheck): Check {
  return {
    id: check.id,
    action: check.action,
    with: check.with,
    when: undefined,
    whenNot: undefined,
    needs: [],
    message: undefined,
    remedy: undefined,
    severity: 'error',
    references: check.references ?? [],
    timeoutMs: 60_000,
    whenUnavailable: check.whenUnavailable ?? 'refuse',
    at,
  };
}

export function toyStep(step: ToyStep, phase: string): Step {
  return {
    id: step.id,
    title: step.id,
    phase,
    action: step.action,
    needs: step.needs ?? [],
    when: step.when,
    whenNot: undefined,
    forEach: step.forEach,
    key: step.key,
    with: step.with,
    timeoutMs: step.timeoutMs ?? 60_000,
    retry: { ...retry, ...step.retry },
    onFailure: step.onFailure ?? 'stop',
    deferUndo: step.deferUndo ?? false,
    whenUnavailable: step.whenUnavailable,
    at,
  };
}
