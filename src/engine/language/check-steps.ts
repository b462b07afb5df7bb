// Checks the steps: ids, expressions, what they need and refer to, and that what they say about undo can be done. Gives
// for each step what it waits for.

import type { Ports } from '../contracts/action.ts';
import type { Json } from '../contracts/json.ts';
import { actionNames, checkReferences, unknownStep } from './check-references.ts';
import type { Allowed } from './check-references.ts';
import { checkWhenNot } from './check-when-not.ts';
import { checkWith } from './check-with.ts';
import { actionOf, listOf, objectOf, textsOf } from './loading.ts';
import type { Loading, Place, StepSource } from './loading.ts';
import { isTemplate } from './template-parser.ts';

/** Step → the steps it waits for, written and inferred, each once. */
export type Needs = ReadonlyMap<string, readonly string[]>;

export function checkSteps<P extends Ports>(loading: Loading<P>): Needs {
  checkIds(loading);
  const needs = new Map<string, readonly string[]>();
  for (const { steps } of loading.phases) {
    for (const step of steps) needs.set(step.id, checkStep(step, loading));
  }
  checkCycles(needs, loading);
  return needs;
}

function checkIds<P extends Ports>(loading: Loading<P>): void {
  const first = new Map<string, StepSource>();
  for (const step of loading.phases.flatMap(({ steps }) => steps)) {
    const other = first.get(step.id);
    if (other === undefined) {
      first.set(step.id, step);
      continue;
    }
    const at = other.scope.document.range([...other.path, 'id'], 'value');
    loading.problems.push(
      step.scope.document.problem([...step.path, 'id'], `Two steps have the id "${step.id}"`, {
        hint: `The other one is at ${at.file}:${at.line}; ids are unique over all phases`,
      }),
    );
  }
  const prefixes = new Set<string>();
  for (const id of first.keys()) {
    for (let dot = id.indexOf('.'); dot >= 0; dot = id.indexOf('.', dot + 1)) {
      prefixes.add(id.slice(0, dot));
    }
  }
  for (const step of first.values()) {
    if (!prefixes.has(step.id)) continue;
    loading.problems.push(
      step.scope.document.problem(
        [...step.path, 'id'],
        `The step "${step.id}" has the name of an include`,
        { hint: `Rename it, or give the include another name: as: some-name` },
      ),
    );
  }
}

function checkStep<P extends Ports>(step: StepSource, loading: Loading<P>): readonly string[] {
  const { raw, scope, path } = step;
  const allowed = allowedIn(step, loading);
  const expressions = ['when', 'forEach', 'key'].flatMap((key) => {
    const text = raw[key];
    if (typeof text !== 'string') return [];
    const own = key === 'forEach' ? { ...allowed, item: false } : allowed;
    return checkReferences(
      { scope, path: [...path, key], text, kind: 'cel', allowed: own },
      loading,
    );
  });
  if (raw['key'] !== undefined && raw['forEach'] === undefined) {
    report(
      within(step, 'key'),
      '"key" names the instances of forEach, which this step does not have',
      loading,
    );
  }
  checkTitle(step, raw['title'], loading);
  checkPlainText(step, 'whenUnavailable', loading);
  checkWhenNot(step, raw, loading);
  checkUndo(step, loading);
  const inWith = checkWith({ ...step, allowed: { ...allowed, more: actionNames } }, loading);
  const written = textsOf(raw['needs']).flatMap((need, index) =>
    checkNeed(need, index, { step, loading }),
  );
  const all = [
    ...step.includeNeeds.filter((need) => checkIncludeNeed(need, step, loading)),
    ...written,
    ...expressions,
    ...inWith,
  ];
  return [...new Set(all)];
}

function allowedIn<P extends Ports>(step: StepSource, loading: Loading<P>): Allowed {
  return {
    item: step.raw['forEach'] !== undefined,
    vars: true,
    run: true,
    step: (id) =>
      whyLater(id, step.phase, loading) ??
      (id === step.id ? 'a step cannot use its own outputs' : undefined),
  };
}

/** Why a step of this phase cannot wait for that one; undefined when it can. */
function whyLater<P extends Ports>(
  id: string,
  phase: number,
  loading: Loading<P>,
): string | undefined {
  const other = loading.steps.get(id);
  if (other === undefined || other.phase <= phase) return undefined;
  return `step "${id}" runs later, in phase "${loading.phases[other.phase]?.id ?? ''}"`;
}

function checkNeed<P extends Ports>(
  need: string,
  index: number,
  { step, loading }: { readonly step: StepSource; readonly loading: Loading<P> },
): readonly string[] {
  const id = `${step.scope.prefix}${need}`;
  const complaint = !loading.steps.has(id)
    ? unknownStep(need, step.scope.prefix, loading)
    : { message: whyLater(id, step.phase, loading), hint: undefined };
  if (complaint.message === undefined) return [id];
  report(
    within(step, 'needs', index),
    `needs "${need}": ${complaint.message}`,
    loading,
    complaint.hint,
  );
  return [];
}

/** Reported once for each step of the include, at the step, when what the include needs is not there. */
function checkIncludeNeed<P extends Ports>(
  need: string,
  step: StepSource,
  loading: Loading<P>,
): boolean {
  const message = loading.steps.has(need)
    ? whyLater(need, step.phase, loading)
    : `the runbook has no step "${need}"`;
  if (message !== undefined)
    report(within(step, 'id'), `The include needs "${need}": ${message}`, loading);
  return message === undefined;
}

function checkTitle<P extends Ports>(
  place: Place,
  title: Json | undefined,
  loading: Loading<P>,
): void {
  if (typeof title !== 'string' || !isTemplate(title)) return;
  report(
    within(place, 'title'),
    'A title is plain text; templates in it are not rendered',
    loading,
  );
}

function checkPlainText<P extends Ports>(step: StepSource, key: string, loading: Loading<P>): void {
  const value = step.raw[key];
  if (typeof value !== 'string' || !isTemplate(value)) return;
  report(within(step, key), `"${key}" is plain text; templates in it are not rendered`, loading);
}

function checkUndo<P extends Ports>(step: StepSource, loading: Loading<P>): void {
  const action = actionOf(loading, step.raw);
  if (step.raw['deferUndo'] !== true || action === undefined || action.undo.possible) return;
  report(
    within(step, 'deferUndo'),
    `${action.name} cannot be undone (${action.undo.because}), so its undo cannot be deferred`,
    loading,
  );
}

function report<P extends Ports>(
  { scope, path }: Place,
  message: string,
  loading: Loading<P>,
  hint?: string,
): void {
  loading.problems.push(scope.document.problem(path, message, hint === undefined ? {} : { hint }));
}

function within({ scope, path }: Place, ...parts: readonly (string | number)[]): Place {
  return { scope, path: [...path, ...parts] };
}

/** Depth first over steps in their order; each cycle is reported once, at the step that closes it. */
function checkCycles<P extends Ports>(needs: Needs, loading: Loading<P>): void {
  const done = new Set<string>();
  const visit = (id: string, stack: readonly string[]): void => {
    const from = stack.indexOf(id);
    if (from >= 0) {
      const step = loading.steps.get(stack.at(-1) ?? id);
      const cycle = [...stack.slice(from), id].join(' → ');
      if (step !== undefined)
        report(within(step, 'id'), `Steps wait for each other: ${cycle}`, loading);
      return;
    }
    if (done.has(id)) return;
    for (const need of needs.get(id) ?? []) visit(need, [...stack, id]);
    done.add(id);
  };
  for (const id of needs.keys()) visit(id, []);
}

/** The explicit rollback: its steps may refer to any step, since they run when all that has begun has ended. */
export function checkRollback<P extends Ports>(value: Json | undefined, loading: Loading<P>): void {
  for (const [id, steps] of Object.entries(objectOf(value))) {
    const path = ['rollback', id];
    const undone = loading.steps.get(id);
    const place = { scope: loading.root, path };
    if (undone === undefined) {
      const { message, hint } = unknownStep(id, '', loading);
      loading.problems.push(
        loading.root.document.problem(path, message, {
          part: 'key',
          ...(hint === undefined ? {} : { hint }),
        }),
      );
    }
    const allowed: Allowed = {
      item: undone?.raw['forEach'] !== undefined,
      vars: true,
      run: true,
    };
    for (const [index, step] of listOf(steps).entries()) {
      const raw = objectOf(step);
      const at = { ...place, path: [...path, index] };
      checkTitle(at, raw['title'], loading);
      checkWhenNot(at, raw, loading);
      if (typeof raw['id'] === 'string' && loading.steps.has(raw['id'])) {
        report(within(at, 'id'), `A step has the id "${raw['id']}" already`, loading);
      }
      if (typeof raw['when'] === 'string') {
        const text = raw['when'];
        checkReferences({ ...within(at, 'when'), text, kind: 'cel', allowed }, loading);
      }
      checkWith({ ...at, raw, resolved: raw, allowed: { ...allowed, more: actionNames } }, loading);
    }
  }
}
