// A plan: what a run of this runbook, with these values, on the world as it is now, would do.

import type { Change, Risk } from './change.ts';
import type { ErrorRecord } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { Problem } from './problem.ts';
import type { Outage } from './runbook.ts';
import type { Selection } from './selection.ts';

export interface CheckResult {
  readonly id: string;
  readonly verdict: 'holds' | 'fails' | 'skipped' | 'later';
  readonly severity: 'error' | 'warning';
  /** Why it fails, is skipped, or cannot be told yet. */
  readonly message?: string;
  /** What a person can do about it, in the runbook's words; only where the world was read and is not as it must be. */
  readonly remedy?: string;
  /** Skipped because this target was given as unavailable: for a guard that is no reason to go on. */
  readonly unavailable?: string;
  /** It is left out once a person has confirmed that this target is gone. */
  readonly confirmable?: true;
  /** Skipped because this precondition does not hold, without which it says nothing. */
  readonly restsOn?: string;
  /** It fails because a server does not answer: what it asks is not known. */
  readonly unanswered?: true;
  readonly error?: ErrorRecord;
}

export interface PlannedObservation {
  readonly object: string;
  readonly id?: string;
  /** "sha256:…" of the observed fields. */
  readonly digest: string;
}

/** One instance of a step: the step itself, or one item of its forEach. */
export interface PlannedInstance {
  readonly id: string;
  /** Rendered and masked; what is not known yet reads "(known after STEP)". */
  readonly params: JsonObject;
  readonly changes: readonly Change[];
  readonly observed: readonly PlannedObservation[];
  readonly notes: readonly string[];
  /** Planning this step failed; the plan cannot be applied. */
  readonly error?: ErrorRecord;
}

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly actionVersion: number;
  readonly effect: 'read' | 'change' | 'destroy';
  readonly needs: readonly string[];
  readonly deferUndo: boolean;
  readonly fate:
    | { readonly kind: 'planned'; readonly instances: readonly PlannedInstance[] }
    | { readonly kind: 'skipped'; readonly because: string }
    /** `forEach`, `when` or parameters are not known until these steps have ended. */
    | {
        readonly kind: 'later';
        readonly waitsFor: readonly string[];
        /** Targets that it names, as far as they are known; absent: none. */
        readonly targets?: readonly string[];
        /** As far as they are known, masked; absent while it is not known whether or how often the step runs. */
        readonly params?: JsonObject;
      };
  /** The highest risk of its changes; a step that is planned later may not exceed it without asking again. */
  readonly risk: Risk;
}

export interface PlannedPhase {
  readonly id: string;
  readonly title: string;
  readonly pointOfNoReturn: boolean;
  readonly approval: 'none' | 'required';
  /** How many different people; absent: one. */
  readonly approvals?: number;
  /** What they are asked, and what they type to say yes; masked. */
  readonly confirm?: { readonly message: string; readonly typed?: string };
  readonly guards: readonly CheckResult[];
  /** A valid order: every step after the steps it needs. */
  readonly steps: readonly PlannedStep[];
}

/** See Impact of the runbook; masked. */
export interface PlannedImpact {
  readonly title: string;
  /** Absent: not known. */
  readonly value?: Json;
  readonly mustBe?: Json;
  /** It refuses the plan: another value than it must be, or none that can ever be computed. */
  readonly refuses: boolean;
  /** Why it is not known. */
  readonly because?: string;
}

export interface Plan {
  readonly format: 1;
  readonly drctl: string;
  readonly createdAt: string;
  readonly runbook: {
    readonly name: string;
    readonly version: string;
    readonly digest: string;
    readonly path: string;
  };
  readonly envDigest: string;
  readonly offline: boolean;
  readonly unavailable: readonly string[];
  /** Absent: the whole runbook. */
  readonly selection?: Selection;
  readonly warnings: readonly Problem[];
  readonly preconditions: readonly CheckResult[];
  readonly phases: readonly PlannedPhase[];
  /** What is out of use for a while, in a run of this plan; absent: nothing is, as far as the runbook says. */
  readonly outages?: readonly Outage[];
  /** Absent: the runbook says none, or nothing was read. */
  readonly impact?: readonly PlannedImpact[];
  /** No precondition of severity error fails, every step could be planned, and the impact is what it must be. */
  readonly canApply: boolean;
}
