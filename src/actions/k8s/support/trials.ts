// Writes tried on the server before they are made (a dry run): what the server would store, what it refuses, and where it
// cannot say. A plan is refused for what the server would refuse whatever comes first; what may still change by then, and
// what nobody can tell beforehand, is said.

import { DrctlError, counted, listSome } from '../../../engine/index.ts';
import type { ErrorCode, ReadContext } from '../../../engine/index.ts';
import type {
  ApplyOptions,
  DrPorts,
  KubeObject,
  KubeReader,
  ObjectRef,
  PatchOptions,
  Preview,
} from '../../ports.ts';
import { hasCode } from './errors.ts';
import { objectChanges } from './field-changes.ts';
import { withoutSecretValues } from './hidden-secrets.ts';
import { describeRef, refOf } from './objects.ts';

export type Trial =
  /** As the server would store it, and what it was tried on; nothing, where it is new. */
  | {
      readonly kind: 'accepted';
      readonly object: KubeObject;
      readonly before: KubeObject | undefined;
    }
  | { readonly kind: 'refused'; readonly error: DrctlError }
  /** What is computed here has to do. */
  | { readonly kind: 'untried' };

export interface Trials {
  create(desired: KubeObject, options?: TrialOptions): Promise<Trial>;
  /** `before`: what is there. */
  apply(
    desired: KubeObject,
    before: KubeObject | undefined,
    options: Omit<ApplyOptions, 'signal'> & TrialOptions,
  ): Promise<Trial>;
  /** CLIENT_NOT_FOUND when it is gone. Of a subresource, the answer is that. */
  patch(object: KubeObject, options: Omit<PatchOptions, 'signal'> & TrialOptions): Promise<Trial>;
  /** Sentences about what could not be tried, and what would be refused now. */
  notes(): readonly string[];
  /** Sentences about rights that are missing. */
  warnings(): readonly string[];
}

export interface TrialOptions {
  /** Other objects of the same step come before it: what a policy says of it now may not be its last word. */
  readonly comesLater?: boolean;
}

interface Attempt extends TrialOptions {
  readonly ref: ObjectRef;
  readonly verbs: readonly string[];
  readonly subresource?: string;
  /** What may hold the data of a Secret, which a server may quote. */
  readonly holds: readonly unknown[];
  /** What was read, and is to become another one. */
  readonly before?: KubeObject | undefined;
  ask(): Promise<Preview>;
}

const refusals = new Set<ErrorCode>(['CLIENT_INVALID', 'CLIENT_DENIED', 'CLIENT_CONFLICT']);

const untried: Trial = { kind: 'untried' };

/** Of one kind in one step: of very many objects some show what becomes of all. */
const maxTriedOfKind = 1_000;

/** How often an object that moves while it is tried is read and tried again. */
const maxTries = 3;

/** For one step. `target`: the runbook's name, for sentences. */
export function createTrials(kube: KubeReader, ctx: ReadContext<DrPorts>, target: string): Trials {
  const { signal } = ctx;
  const notes: string[] = [];
  const warnings: string[] = [];
  /** Where nothing can be tried: one answer stands for all of that kind in that namespace. */
  const silent = new Set<string>();
  const triedOfKind = new Map<string, number>();

  function mayBeTried({ ref: { apiVersion, kind } }: Attempt): boolean {
    const key = `${apiVersion} ${kind}`;
    const before = triedOfKind.get(key) ?? 0;
    triedOfKind.set(key, before + 1);
    if (before === maxTriedOfKind) {
      notes.push(
        `only ${maxTriedOfKind} objects of kind ${kind} are tried on the server beforehand, and the rest is not`,
      );
    }
    return before < maxTriedOfKind;
  }

  /**
   * Between the reading and the trial somebody may have changed the object. Their change must not be taken for ours: an
   * undo would take it back.
   */
  async function tried(attempt: Attempt): Promise<Trial> {
    let { before } = attempt;
    if (!mayBeTried(attempt)) return untried;
    for (let tries = 0; tries < maxTries; tries += 1) {
      const trial = await triedOnce(attempt, before);
      if (trial.kind !== 'accepted' || before === undefined || isOf(before, trial.object)) {
        return trial;
      }
      const now = await kube.get(attempt.ref, signal);
      if (now !== undefined && objectChanges(before, now).length === 0) return trial;
      before = now;
    }
    return untried;
  }

  async function triedOnce(attempt: Attempt, before: KubeObject | undefined): Promise<Trial> {
    const { ref } = attempt;
    const place = [ref.apiVersion, ref.kind, ref.namespace, attempt.verbs].join(' ');
    if (silent.has(place)) return untried;
    const silence = (list: string[], sentence: string): Trial => {
      // Those that were under way meanwhile say the same once more.
      if (!silent.has(place)) list.push(sentence);
      silent.add(place);
      return untried;
    };
    try {
      const preview = await attempt.ask();
      if (preview.kind === 'accepted') return { ...preview, before };
      if (preview.because === undefined) return untried;
      const because = withoutSecretValues(preview.because, ref, attempt.holds);
      return silence(notes, `not tried on the server beforehand: ${because}`);
    } catch (error) {
      if (!(error instanceof DrctlError)) throw error;
      const missing = await missingRight(attempt, error);
      if (missing !== undefined) return silence(warnings, missing);
      return judged(attempt, withoutSecrets(error, attempt));
    }
  }

  async function missingRight(
    { ref, verbs, subresource }: Attempt,
    error: DrctlError,
  ): Promise<string | undefined> {
    if (!hasCode(error, 'CLIENT_DENIED')) return undefined;
    const on = subresource === undefined ? ref : { ...ref, subresource };
    for (const verb of verbs) {
      if (await kube.may({ ...on, verb }, signal)) continue;
      return `${target}: you may not ${verb} ${describeRef(ref)}, and the step will fail; "drctl doctor" lists the rights that are missing`;
    }
    return undefined;
  }

  function judged({ ref, verbs, comesLater = false }: Attempt, error: DrctlError): Trial {
    const isNew = verbs.includes('create');
    const mayPass =
      (hasCode(error, 'CLIENT_NOT_FOUND') && isNew) ||
      (hasCode(error, 'CLIENT_DENIED') && (error.retryable || comesLater)) ||
      (hasCode(error, 'CLIENT_CONFLICT') && error.retryable);
    if (mayPass) {
      notes.push(
        `${describeRef(ref)}: ${error.message} now; the step fails unless that changes by then`,
      );
      return untried;
    }
    if (refusals.has(error.code)) return { kind: 'refused', error };
    throw error;
  }

  return {
    create: async (desired, options = {}) =>
      tried({
        ...options,
        ref: refOf(desired),
        verbs: ['create'],
        holds: [desired],
        ask: async () => kube.previewCreate(desired, signal),
      }),
    apply: async (desired, before, { comesLater = false, ...options }) =>
      tried({
        comesLater,
        before,
        ref: refOf(desired),
        verbs: before === undefined ? ['patch', 'create'] : ['patch'],
        holds: [desired, before],
        ask: async () => kube.preview(desired, { ...options, signal }),
      }),
    patch: async (object, { comesLater = false, ...options }) =>
      tried({
        comesLater,
        ref: refOf(object),
        verbs: ['patch'],
        before: options.subresource === undefined ? object : undefined,
        ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
        holds: [object, options.patch],
        ask: async () => kube.previewPatch(refOf(object), { ...options, signal }),
      }),
    notes: () => some(notes),
    warnings: () => some(warnings),
  };
}

/** Rejects with what was refused: all of it in one error, where it is more than one object. */
export function throwRefused(errors: readonly DrctlError[]): void {
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  const messages = errors.map(({ message }) => message);
  throw new DrctlError(
    first.code,
    `${counted(errors.length, 'object')} would be refused: ${listSome(messages, '; ')}`,
    first.hint === undefined ? {} : { hint: first.hint },
  );
}

/** Tried on just this state. */
function isOf(before: KubeObject, object: KubeObject): boolean {
  return before.metadata['resourceVersion'] === object.metadata['resourceVersion'];
}

function withoutSecrets(error: DrctlError, { ref, holds }: Attempt): DrctlError {
  const { code, hint, retryable } = error;
  const message = withoutSecretValues(error.message, ref, holds);
  if (message === error.message) return error;
  return new DrctlError(code, message, { retryable, ...(hint === undefined ? {} : { hint }) });
}

const maxSentences = 4;

/** Nobody reads a thousand of a kind. In an order that does not depend on which answer came first. */
function some(sentences: readonly string[]): readonly string[] {
  const sorted = [...sentences].sort();
  const left = sorted.length - maxSentences;
  if (left <= 0) return sorted;
  return [...sorted.slice(0, maxSentences), `… and so it is with ${counted(left, 'object')} more`];
}
