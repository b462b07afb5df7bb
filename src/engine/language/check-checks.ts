// Checks preconditions and guards: read-only actions, about the steps that have ended by then.

import type { Ports } from '../contracts/action.ts';
import { closest } from '../contracts/closest.ts';
import type { Json } from '../contracts/json.ts';
import { actionNames, checkReferences } from './check-references.ts';
import type { Allowed } from './check-references.ts';
import { checkWith } from './check-with.ts';
import { checkWhenNot } from './check-when-not.ts';
import { actionOf, listOf, objectOf, textsOf } from './loading.ts';
import type { Loading, Place } from './loading.ts';
import type { DocumentPath } from './source-document.ts';

/** The steps that each check refers to, by the check's path in the document. */
export type CheckReferences = ReadonlyMap<string, readonly string[]>;

export function checkPathKey(path: DocumentPath): string {
  return path.join('/');
}

export function checkChecks<P extends Ports>(root: Json, loading: Loading<P>): CheckReferences {
  const found = new Map<string, readonly string[]>();
  const { preconditions, phases } = objectOf(root);
  checkList(preconditions, ['preconditions'], {
    loading,
    found,
    allowed: {
      ...everywhere,
      noSteps: 'a precondition is evaluated before any step, so there are no outputs yet',
    },
  });
  for (const [index, phase] of listOf(phases).entries()) {
    checkList(objectOf(phase)['guards'], ['phases', index, 'guards'], {
      loading,
      found,
      allowed: {
        ...everywhere,
        step: (id) =>
          (loading.steps.get(id)?.phase ?? 0) < index
            ? undefined
            : `a guard may use steps of earlier phases only, because it is evaluated before each step of its own`,
      },
    });
  }
  return found;
}

const everywhere: Allowed = { item: false, vars: true, run: true };

interface Checking<P extends Ports> {
  readonly loading: Loading<P>;
  readonly found: Map<string, readonly string[]>;
  readonly allowed: Allowed;
}

function checkList<P extends Ports>(
  value: Json | undefined,
  path: DocumentPath,
  checking: Checking<P>,
): void {
  const { loading, found } = checking;
  const ids = new Set<string>();
  for (const [index, item] of listOf(value).entries()) {
    const at = { scope: loading.root, path: [...path, index] };
    found.set(checkPathKey(at.path), checkOne(item, at, checking));
    checkNeeds(listOf(value), index, { at, loading });
    const id = objectOf(item)['id'];
    if (typeof id !== 'string') continue;
    if (ids.has(id)) report(at, 'id', `Two checks have the id "${id}"`, loading);
    ids.add(id);
  }
}

/** Only what refuses the run when it does not hold may leave others unasked, and none waits for one after it. */
function checkNeeds<P extends Ports>(
  checks: readonly Json[],
  index: number,
  { at, loading }: { readonly at: Place; readonly loading: Loading<P> },
): void {
  const above = checks.slice(0, index).map(objectOf);
  const ids = above.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  for (const [place, need] of textsOf(objectOf(checks[index] ?? null)['needs']).entries()) {
    const path = [...at.path, 'needs', place];
    const other = above.find(({ id }) => id === need);
    const near = closest(need, ids);
    const message =
      other === undefined
        ? `needs "${need}": there is no such precondition above this one`
        : other['severity'] === 'warning'
          ? `needs "${need}": it is only a warning, so the run would begin without this one`
          : undefined;
    if (message === undefined) continue;
    const hint =
      other === undefined && near !== undefined ? { hint: `Did you mean "${near}"?` } : {};
    loading.problems.push(at.scope.document.problem(path, message, hint));
  }
}

function checkOne<P extends Ports>(
  item: Json,
  at: Place,
  { loading, allowed }: Checking<P>,
): readonly string[] {
  const raw = objectOf(item);
  const action = actionOf(loading, raw);
  if (action !== undefined && action.effect !== 'read') {
    report(at, 'action', `${action.name} changes something; a check can only read`, loading);
  }
  checkWhenNot(at, raw, loading);
  const { when } = raw;
  const inWhen =
    typeof when === 'string'
      ? checkReferences(
          { scope: at.scope, path: [...at.path, 'when'], text: when, kind: 'cel', allowed },
          loading,
        )
      : [];
  const inTexts = ['message', 'remedy'].flatMap((key) => {
    const text = raw[key];
    if (typeof text !== 'string') return [];
    const place = { scope: at.scope, path: [...at.path, key] };
    return checkReferences({ ...place, text, kind: 'template', allowed }, loading);
  });
  const inWith = checkWith(
    { ...at, raw, resolved: raw, allowed: { ...allowed, more: actionNames } },
    loading,
  );
  return [...new Set([...inWhen, ...inTexts, ...inWith])];
}

function report<P extends Ports>(
  at: Place,
  key: string,
  message: string,
  loading: Loading<P>,
): void {
  loading.problems.push(at.scope.document.problem([...at.path, key], message));
}
