// A plan in a file: made and reviewed in one place, carried out in another. It holds all that the run would have to know,
// as a run's header does, and what apply compares with the world as it is then. The format is a public contract.

import type { Operator } from './journal-event.ts';
import type { Json } from './json.ts';
import type { PastRun } from './past-run.ts';
import type { Plan } from './plan.ts';
import type { SourceFile } from './runbook.ts';

/** What the head of a plan says of a target, and which cluster it led to. */
export interface SavedTarget {
  readonly name: string;
  readonly type: 'kubernetes' | 'aws';
  /** The kubeconfig, or the region. */
  readonly where: string;
  /** Kubernetes only: the API server's URL. */
  readonly server?: string;
  /** "Kubernetes v1.31.2 as ana", an AWS identity. */
  readonly answers?: string;
  /** Why it does not answer. */
  readonly problem?: string;
  /** uid of the cluster's namespace kube-system, where that could be seen. */
  readonly cluster?: string;
}

export interface SavedPlan {
  readonly kind: 'drctl-plan';
  readonly format: 1;
  /** See planDigest: what `--approve sha256:…` names. */
  readonly digest: string;
  /** The id of the run that this plan becomes: its parameters name it, so the plan can be used once. */
  readonly runId: string;
  readonly createdAt: string;
  /** Version of drctl. */
  readonly drctl: string;
  readonly by: Operator;
  readonly runbook: Plan['runbook'];
  readonly sources: readonly SourceFile[];
  /** Values that are not sensitive. */
  readonly env: Readonly<Record<string, Json>>;
  /** Names whose values are sensitive and must be given again. */
  readonly sensitiveEnv: readonly string[];
  /** Of each sensitive value that was given: a salted scrypt hash, by which another value is noticed. */
  readonly verifiers: Readonly<Record<string, string>>;
  /** Absolute paths, read again for the sensitive values. */
  readonly envFiles: readonly string[];
  readonly unavailable: readonly string[];
  /** How many steps may be under way at once. */
  readonly parallel: number;
  /** Action → version, of all that the runbook uses. */
  readonly actions: Readonly<Record<string, number>>;
  readonly targets: readonly SavedTarget[];
  /** Newest first; absent: nobody looked. */
  readonly pastRuns?: readonly PastRun[];
  readonly plan: Plan;
  /** "sha256:…" of the canonical JSON of all other members. */
  readonly checksum: string;
}
