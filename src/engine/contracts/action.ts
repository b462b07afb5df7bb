// The action contract: data and four functions; the engine alone decides when they are called, records, retries and undoes.

import type { Static, TSchema } from 'typebox';
import type { Change } from './change.ts';
import type { ForeseenFields } from './foreseen.ts';
import type { Json, JsonObject } from './json.ts';
import type { ActionPermissions } from './permission.ts';

/** What is secret reads so wherever it is shown or kept. */
export const hiddenText = '(sensitive)';

/** What an action may do to the world. Only `read` actions may be preconditions and guards. */
export type Effect = 'read' | 'change' | 'destroy';

/**
 * The two bundles of connections that actions get (a reader cannot write, by type and at run time), and the form in which
 * actions say beforehand what they will leave in the world.
 */
export interface Ports {
  readonly readers: object;
  readonly clients: object;
  readonly consequence: object;
}

export interface ReadContext<P extends Ports> {
  readonly readers: P['readers'];
  /** Aborted on timeout and when a person interrupts twice. All I/O honours it. */
  readonly signal: AbortSignal;
  readonly step: { readonly id: string; readonly title: string };
  /** `drctl`: its version. `id` is the run's id; while planning without a run it is the id that the run would get. */
  readonly run: { readonly id: string; readonly drctl: string };
  now(): Date;
  /** Never steps, as `now` may: for durations. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number): Promise<void>;
  /** Does `work`, which only waits for `what` ("the pods of …"): its time is journaled apart from the step's own. */
  waiting<T>(what: string, work: () => Promise<T>): Promise<T>;
  /**
   * Evaluates a CEL expression of the step's own parameters: env, vars, steps, item and run are in scope, `names` adds
   * more (`object`, `objects`). Throws VALUE_UNRESOLVED with the expression when it cannot be evaluated.
   */
  evaluate(expression: string, names: JsonObject): Json;
  /** A line for people about long work, with counts where there are any. Never journaled. */
  report(progress: ProgressReport): void;
  /**
   * What earlier attempts of this step left, as WriteContext has it: given to `plan` right before a later attempt, so that
   * it knows their work for the step's own. Absent while a run is planned and before a first attempt.
   */
  readonly earlier?: EarlierAttempts;
  /** Some parameters hold "(known after STEP)" (`FilledInLater`), which no server may judge. Given to `plan` only. */
  readonly incomplete?: boolean;
  /** Given to `plan` only: what of its answer is not looked at need not be worked out, or held. */
  readonly asked?: Asked;
}

/**
 * How much of what a plan answers is looked at. Right before an attempt only its changes; while a whole run is planned all of
 * it, and the consequences where a later step is planned on them. Absent: all but the consequences.
 */
export type Asked = 'changes' | 'consequences';

export interface EarlierAttempts {
  readonly undoEntries: ReadonlyMap<string, Json>;
  readonly token: string;
}

export interface ProgressReport {
  /** What goes on or what is waited for, and what was last seen: "2 of 3 pods are still there". */
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'objects' | 'bytes';
}

export interface WriteContext<P extends Ports> extends ReadContext<P> {
  readonly clients: P['clients'];
  /** Counts from 1; above 1 an earlier attempt may have got half way. */
  readonly attempt: number;
  /**
   * Stable over all attempts of this step in this run, and in no other: name or label created things with it, so that
   * `probe` can find them. [a-z0-9-], at most 40 characters.
   */
  readonly token: string;
  /**
   * Durable when it resolves; await it before the first mutation it speaks of. The first record of a key wins, over
   * attempts and crashes, so that a second attempt never records its own half-made change as the value to go back to.
   */
  recordUndo(entries: Readonly<Record<string, Json>>): Promise<void>;
  /** What has been recorded so far by all attempts, oldest first. */
  readonly undoEntries: ReadonlyMap<string, Json>;
  /** Keeps a cursor for long work, durable when it resolves; `cursor` gives the last one to a later attempt. */
  progress(cursor: Json): Promise<void>;
  readonly cursor: Json | undefined;
  /** Asks a person; resolves with who said yes, throws DECLINED or APPROVAL_NEEDED. Used by flow.approve. */
  approve(request: ApprovalRequest): Promise<Approval>;
}

export interface ApprovalRequest {
  readonly message: string;
  /** The text that a person has to type; without it, y or n. */
  readonly typed?: string;
}

export interface Approval {
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly how: 'prompt' | 'flag' | 'auto-approve';
  /** Of the plan that was said yes to, see planDigest. Only of the approval of a plan. */
  readonly digest?: string;
}

/** A part of the world that plan looked at, as it was: apply compares it to say what moved. */
export interface Observation {
  /** "source: NodePool clusters/np-1" */
  readonly object: string;
  /** The identity, where there is one (uid, version id). */
  readonly id?: string;
  /** Only the fields that the action would touch. Masked and digested by the engine before it is kept. */
  readonly fields: Json;
}

export interface Planned<Outputs, Consequence = never> {
  readonly changes: readonly Change[];
  readonly observed?: readonly Observation[];
  /** Predicted outputs, where the action can tell them beforehand; later steps' plans become concrete. */
  readonly outputs?: Outputs;
  /** Sentences for the person who reads the plan: "3 of 20 Secrets are not taken: service account tokens". */
  readonly notes?: readonly string[];
  /** Sentences that the whole plan is to be read under, shown at its top: what would be lost. */
  readonly warnings?: readonly string[];
  /**
   * What it will leave, in order, for the plans of the steps after it. Called only where `asked` said so. It may hold
   * secrets: never kept or shown.
   */
  consequences?(): Promise<readonly Consequence[]>;
}

export type Probed<Outputs> =
  | { readonly found: 'done'; readonly outputs: Outputs }
  | { readonly found: 'not-done' }
  | { readonly found: 'unclear'; readonly because: string };

export interface UndoRequest<Params> {
  readonly params: Params;
  /** In the order in which they were recorded; empty when the step had recorded nothing. */
  readonly entries: ReadonlyMap<string, Json>;
}

/** A use of an action elsewhere in the runbook, with its parameters as far as they are known. */
export interface ForeseenUse {
  readonly action: string;
  readonly params: JsonObject;
}

/** A file of the run that the journal speaks of, so that what became of it since can be noticed. */
export interface KeptArtifact {
  readonly name: string;
  /** "sha256:…" of its bytes when it was recorded. */
  readonly digest: string;
  readonly sizeBytes?: number;
  /** Of an index: the artifacts that its content speaks of. Only for content that has this very digest. */
  listed?(content: Json): readonly KeptArtifact[];
}

/** What the journal holds of one step. */
export interface StepRecord<Outputs> {
  /** Null unless the step has succeeded. */
  readonly outputs: Outputs | null;
  readonly undoEntries: ReadonlyMap<string, Json>;
}

export interface ActionSpec<P extends Ports, PS extends TSchema, OS extends TSchema> {
  /** `area.verb`, equal to the path `actions/area/verb.ts`. */
  readonly name: `${string}.${string}`;
  /** Raised when params, outputs or undo data change their meaning. */
  readonly version: number;
  readonly effect: Effect;
  /** One sentence for `drctl actions`; longer prose in `description`. */
  readonly summary: string;
  readonly description?: string;
  /** Whole steps, as YAML objects, shown in the docs and validated by tests. */
  readonly examples: readonly JsonObject[];
  readonly params: PS;
  readonly outputs: OS;
  /**
   * The outputs are secret and perishable (a pre-signed URL): never journaled, made anew whenever a dependent step is
   * rendered. Only for `read` actions.
   */
  readonly perishable?: boolean;
  /**
   * What the caller must be allowed to do, for every call that the functions below may make. Pure. Defaults are not
   * filled in, and what is not known yet widens. `earlier`: the steps before this one, whose work it may go on with.
   */
  permissions(
    params: ForeseenFields<Static<PS>>,
    earlier: readonly ForeseenUse[],
  ): ActionPermissions;
  /**
   * The parameters as they may be shown and kept, where some are secret and their schema cannot say so, as the data of a
   * Secret: `hiddenText` in their place. Pure; parts that are not known yet may be missing.
   */
  shown?(params: JsonObject): JsonObject;
  /** Reads only. Must give the same answer twice in an unchanged world. */
  plan(params: Static<PS>, ctx: ReadContext<P>): Promise<Planned<Static<OS>, P['consequence']>>;
  /** Idempotent. Records undo before the first mutation. */
  apply(params: Static<PS>, ctx: WriteContext<P>): Promise<Static<OS>>;
  /** Did the effect happen? Asked when a step began and its end was never recorded. `undoEntries` as recorded. */
  probe(
    params: Static<PS>,
    ctx: ReadContext<P> & {
      readonly undoEntries: ReadonlyMap<string, Json>;
      readonly token: string;
    },
  ): Promise<Probed<Static<OS>>>;
  readonly undo:
    | { readonly possible: false; readonly because: string }
    | {
        readonly possible: true;
        /** Idempotent, and safe when apply got half way. */
        run(request: UndoRequest<Static<PS>>, ctx: WriteContext<P>): Promise<void>;
      };
  /** The files of the run that outputs and undo records speak of by digest. Pure. Absent: none. */
  artifacts?(recorded: StepRecord<Static<OS>>): readonly KeptArtifact[];
  /**
   * Removes what an attempt that was cut off left behind and that nobody needs, a later attempt included: a temporary
   * file in a pod. Asked when the run is given up for now. Idempotent; needs no permission that `apply` does not need.
   */
  tidy?(request: UndoRequest<Static<PS>>, ctx: WriteContext<P>): Promise<void>;
}

/** A registered action: as ActionSpec, with types erased; the engine validates params and outputs against the schemas. */
export interface Action<P extends Ports> {
  readonly name: string;
  readonly version: number;
  readonly effect: Effect;
  readonly summary: string;
  readonly description: string | undefined;
  readonly examples: readonly JsonObject[];
  readonly params: TSchema;
  readonly outputs: TSchema;
  readonly perishable: boolean;
  permissions(params: JsonObject, earlier: readonly ForeseenUse[]): ActionPermissions;
  shown(params: JsonObject): JsonObject;
  plan(params: JsonObject, ctx: ReadContext<P>): Promise<Planned<JsonObject, P['consequence']>>;
  apply(params: JsonObject, ctx: WriteContext<P>): Promise<JsonObject>;
  probe(
    params: JsonObject,
    ctx: Parameters<ActionSpec<P, TSchema, TSchema>['probe']>[1],
  ): Promise<Probed<JsonObject>>;
  readonly undo:
    | { readonly possible: false; readonly because: string }
    | {
        readonly possible: true;
        run(request: UndoRequest<JsonObject>, ctx: WriteContext<P>): Promise<void>;
      };
  artifacts(recorded: StepRecord<JsonObject>): readonly KeptArtifact[];
  tidy?(request: UndoRequest<JsonObject>, ctx: WriteContext<P>): Promise<void>;
}

/** Erases the types of a spec. The casts are sound because the engine validates with these same schemas first. */
export function defineAction<P extends Ports, PS extends TSchema, OS extends TSchema>(
  spec: ActionSpec<P, PS, OS>,
): Action<P> {
  return {
    description: undefined,
    perishable: false,
    ...spec,
    permissions: (params, earlier) =>
      spec.permissions(params as ForeseenFields<Static<PS>>, earlier),
    shown: (params) => spec.shown?.(params) ?? params,
    artifacts: (recorded) => spec.artifacts?.(recorded as StepRecord<Static<OS>>) ?? [],
  };
}
