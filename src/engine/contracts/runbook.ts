// A runbook after loading: checked, defaults filled in, includes spliced, references inferred; values are still templates.

import type { JsonObject, Json } from './json.ts';
import type { Problem, SourceRange } from './problem.ts';

export interface EnvDeclaration {
  readonly description: string | undefined;
  readonly required: boolean;
  readonly sensitive: boolean;
  /** `file`: a path of a file that must be readable. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'file';
  readonly pattern: string | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly default: Json | undefined;
  readonly at: SourceRange;
}

/** What a person confirms. Templates over env and vars. */
export interface Confirmation {
  readonly message: string;
  /** The text that has to be typed; without it, y or n. */
  readonly typed: string | undefined;
}

/** A connection that steps name. `settings` are templates over env and vars, never over step outputs. */
export interface TargetDeclaration {
  readonly type: 'kubernetes' | 'aws';
  /** It need not answer while planning: its steps are planned when their turn comes. */
  readonly mayBeDown: boolean;
  /** What a person confirms before guards count as waived because the target was given up. */
  readonly confirmUnavailable: Confirmation | undefined;
  readonly settings: JsonObject;
  readonly at: SourceRange;
}

export interface LockDeclaration {
  readonly target: string;
  readonly namespace: string;
  readonly name: string;
}

/** Something that nobody can use from the beginning of one step to the end of another. */
export interface Outage {
  /** "the hosted API is away" */
  readonly title: string;
  readonly from: string;
  readonly until: string;
}

/** What a plan says of the run as a whole, computed over what it would change. */
export interface Impact {
  /** "EC2 instances that may be affected" */
  readonly title: string;
  /** CEL; `changes` are the planned ones. */
  readonly value: string;
  /** The plan cannot be applied when it is anything else. */
  readonly mustBe?: Json;
}

/** A precondition or a guard: a `read` action that must not throw. */
export interface Check {
  readonly id: string;
  readonly action: string;
  readonly with: JsonObject;
  readonly when: string | undefined;
  /** Why it is left out where `when` is false, for people. */
  readonly whenNot: string | undefined;
  /** Preconditions before it without which it says nothing: it is asked only when all of them hold. None for a guard. */
  readonly needs: readonly string[];
  /** What to tell the person when it does not hold; a template. */
  readonly message: string | undefined;
  /** What to do about it then: a command, or an action; a template. */
  readonly remedy: string | undefined;
  readonly severity: 'error' | 'warning';
  /** Steps whose outputs it refers to (guards only; a precondition has none). */
  readonly references: readonly string[];
  readonly timeoutMs: number;
  /** Guards only, when their target was given up. `refuse`: it does not hold. `approve`: unless a person confirms it. */
  readonly whenUnavailable: 'refuse' | 'approve';
  readonly at: SourceRange;
}

export interface RetryPolicy {
  /** All tries together; 1 = no retry. */
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
}

export interface Step {
  /** Unique in the runbook, included steps as "prefix.id". */
  readonly id: string;
  readonly title: string;
  readonly phase: string;
  readonly action: string;
  /** All steps whose end this one waits for: written and inferred, in any phase up to this one. */
  readonly needs: readonly string[];
  /** CEL; with forEach it is evaluated once per item. */
  readonly when: string | undefined;
  /** Why it is skipped where `when` is false, for people. */
  readonly whenNot: string | undefined;
  /** CEL that gives a list. */
  readonly forEach: string | undefined;
  /** CEL over `item` that names an instance; the index when absent. */
  readonly key: string | undefined;
  readonly with: JsonObject;
  readonly timeoutMs: number;
  /** Nobody wrote a timeout. */
  readonly timeoutIsDefault?: true;
  readonly retry: RetryPolicy;
  readonly onFailure: 'stop' | 'continue' | 'rollback';
  readonly deferUndo: boolean;
  /** What it leaves open when it is skipped because its target was given up; for people. */
  readonly whenUnavailable: string | undefined;
  readonly at: SourceRange;
}

export interface Phase {
  readonly id: string;
  readonly title: string;
  readonly pointOfNoReturn: boolean;
  readonly approval: 'none' | 'required';
  /** How many different people; at least 1. */
  readonly approvals: number;
  /** What they are asked; without it, whether the phase may begin. */
  readonly confirm: Confirmation | undefined;
  readonly guards: readonly Check[];
  readonly steps: readonly Step[];
  readonly at: SourceRange;
}

/** A file as it was read, kept with the run so that resume needs nothing else. `path` as it was named or included. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Runbook {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly env: ReadonlyMap<string, EnvDeclaration>;
  /** Templates over env and other vars, in dependency order. */
  readonly vars: ReadonlyMap<string, Json>;
  readonly targets: ReadonlyMap<string, TargetDeclaration>;
  readonly locks: readonly LockDeclaration[];
  readonly outages: readonly Outage[];
  readonly impact: readonly Impact[];
  readonly preconditions: readonly Check[];
  readonly phases: readonly Phase[];
  /** Explicit undo: step id → the steps that are carried out, in order, instead of the action's own undo. */
  readonly rollback: ReadonlyMap<string, readonly Step[]>;
  /** The file that was named first, then its includes. */
  readonly sources: readonly SourceFile[];
  /** "sha256:…" over all sources. */
  readonly digest: string;
  readonly warnings: readonly Problem[];
}

/** One env value and where it comes from. */
export interface EnvValue {
  readonly name: string;
  /** Undefined: declared, not required, and not given. */
  readonly value: Json | undefined;
  readonly sensitive: boolean;
  readonly origin:
    | { readonly from: 'set' | 'process' | 'default' | 'none' }
    | { readonly from: 'file'; readonly at: SourceRange };
}

/** The secrets that are known, and to which those are added that are made of them. */
export interface Secrets {
  maskText(text: string): string;
  add(text: string): void;
}

/** What templates and expressions see. A step that has not ended is absent from `steps`. */
export interface Scope {
  readonly env: JsonObject;
  readonly vars: JsonObject;
  readonly run: JsonObject;
  /** Step id → { outputs }. A skipped step has outputs null. */
  readonly steps: Readonly<Record<string, { readonly outputs: Json }>>;
  readonly item?: Json;
  /** Absent where nothing of what is computed is shown or kept. */
  readonly secrets?: Secrets;
  /** Looking ahead of a run: what is not known yet beside the steps that have not ended, and the text in its place. */
  readonly ahead?: { readonly unknown: readonly ('run' | 'item')[]; readonly text: string };
}
