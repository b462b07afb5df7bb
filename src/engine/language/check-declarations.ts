// Checks what stands before the phases: env, vars, targets, locks, outages and impact. Gives the vars in the order in which they can be
// rendered.

import type { Ports } from '../contracts/action.ts';
import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import { compilePattern } from './cel-functions.ts';
import { checkReferences } from './check-references.ts';
import type { Allowed } from './check-references.ts';
import { checkTarget } from './check-with.ts';
import type { IncludedVar } from './expand-includes.ts';
import { listOf, objectOf } from './loading.ts';
import type { Loading, Place } from './loading.ts';
import { templateReferences } from './references.ts';
import { stringsWithMarkers } from './schema-walk.ts';
import type { DocumentPath } from './source-document.ts';
import { isTemplate } from './template-parser.ts';

const noSteps = 'step outputs cannot be used here, because this is rendered before any step';
const beforeSteps: Allowed = { item: false, vars: true, run: true, noSteps };

export function checkEnv<P extends Ports>(env: Json | undefined, loading: Loading<P>): void {
  for (const [name, value] of Object.entries(objectOf(env))) {
    const declaration = objectOf(value);
    const at = (key: string): Place => ({ scope: loading.root, path: ['env', name, key] });
    const { pattern, default: byDefault, enum: allowed, type } = declaration;
    if (typeof pattern === 'string') checkPattern(pattern, at('pattern'), loading);
    if (typeof byDefault === 'string' && isTemplate(byDefault)) {
      const hint = 'Write the value itself, or compute it in vars: "{{default env.NAME …}}"';
      report(at('default'), 'A default is not rendered', loading, hint);
    } else if (byDefault !== undefined && !fitsType(byDefault, type)) {
      const message = `The default of ${name} is no ${textOfType(type)}: ${JSON.stringify(byDefault)}`;
      report(at('default'), message, loading);
    } else if (byDefault !== undefined && !isOneOf(byDefault, allowed)) {
      report(
        at('default'),
        `The default of ${name} is not in its enum: ${JSON.stringify(byDefault)}`,
        loading,
      );
    }
    for (const [index, item] of listOf(allowed).entries()) {
      if (fitsType(item, type)) continue;
      const place = { scope: loading.root, path: ['env', name, 'enum', index] };
      const message = `A value in the enum of ${name} is no ${textOfType(type)}: ${JSON.stringify(item)}`;
      report(place, message, loading);
    }
  }
}

function checkPattern<P extends Ports>(pattern: string, place: Place, loading: Loading<P>): void {
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof DrctlError)) throw error;
    report(place, error.message, loading, error.hint);
  }
}

function fitsType(value: Json, type: Json | undefined): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
    case 'file':
    case undefined:
      return typeof value === 'string';
    default:
      return true;
  }
}

function textOfType(type: Json | undefined): string {
  return typeof type === 'string' ? type : 'string';
}

function isOneOf(value: Json, allowed: Json | undefined): boolean {
  return !Array.isArray(allowed) || (allowed as readonly Json[]).includes(value);
}

/** Targets are templates over env and vars: their connections may outlive a run. */
export function checkTargets<P extends Ports>(
  targets: Json | undefined,
  loading: Loading<P>,
): void {
  for (const [name, settings] of Object.entries(objectOf(targets))) {
    checkTexts(settings, {
      place: { scope: loading.root, path: ['targets', name] },
      loading,
      allowed: { ...beforeSteps, run: false },
    });
  }
}

/** The words of a phase's question are known when it is planned, long before the phase is reached. */
export function checkConfirmations<P extends Ports>(
  phases: Json | undefined,
  loading: Loading<P>,
): void {
  for (const [index, phase] of listOf(phases).entries()) {
    const { confirm } = objectOf(phase);
    if (confirm === undefined) continue;
    checkTexts(confirm, {
      place: { scope: loading.root, path: ['phases', index, 'confirm'] },
      loading,
      allowed: { ...beforeSteps, run: false },
    });
  }
}

export function checkLocks<P extends Ports>(locks: Json | undefined, loading: Loading<P>): void {
  for (const [index, lock] of listOf(locks).entries()) {
    const path = ['locks', index];
    checkTexts(lock, { place: { scope: loading.root, path }, loading, allowed: beforeSteps });
    const { target } = objectOf(lock);
    if (typeof target !== 'string') continue;
    checkTarget(target, 'kubernetes', {
      place: { scope: loading.root, path: [...path, 'target'] },
      loading,
    });
  }
}

/** Both steps are there, and the second does not come in an earlier phase. */
export function checkOutages<P extends Ports>(
  outages: Json | undefined,
  loading: Loading<P>,
): void {
  const { document } = loading.root;
  for (const [index, outage] of listOf(outages).entries()) {
    const ends = (['from', 'until'] as const).map((end) => {
      const name = objectOf(outage)[end];
      if (typeof name !== 'string') return undefined;
      const step = loading.steps.get(name);
      if (step !== undefined) return step.phase;
      const near = closest(name, loading.steps.keys());
      const hint = near === undefined ? {} : { hint: `Did you mean "${near}"?` };
      const path = ['outages', index, end];
      loading.problems.push(document.problem(path, `There is no step "${name}"`, hint));
      return undefined;
    });
    const [from, until] = ends;
    if (from === undefined || until === undefined || from <= until) continue;
    const path = ['outages', index, 'until'];
    loading.problems.push(document.problem(path, 'An outage cannot end before it begins'));
  }
}

/** `changes` is what a plan would change, over all steps. */
export function checkImpact<P extends Ports>(impact: Json | undefined, loading: Loading<P>): void {
  for (const [index, one] of listOf(impact).entries()) {
    const { value } = objectOf(one);
    if (typeof value !== 'string') continue;
    const path = ['impact', index, 'value'];
    const allowed = { item: false, vars: true, run: true, more: ['changes'] };
    checkReferences({ scope: loading.root, path, text: value, kind: 'cel', allowed }, loading);
  }
}

function checkTexts<P extends Ports>(
  value: Json,
  {
    place,
    loading,
    allowed,
  }: { readonly place: Place; readonly loading: Loading<P>; readonly allowed: Allowed },
): void {
  for (const { path, text } of stringsWithMarkers(value, {})) {
    const at: DocumentPath = [...place.path, ...path];
    checkReferences({ scope: place.scope, path: at, text, kind: 'template', allowed }, loading);
  }
}

/** In dependency order; those of a cycle are left out, after it has been reported with its path. */
export function checkVars<P extends Ports>(
  vars: Json | undefined,
  included: readonly IncludedVar[],
  loading: Loading<P>,
): ReadonlyMap<string, Json> {
  const values = new Map<string, { readonly value: Json; readonly place: Place }>();
  for (const [name, value] of Object.entries(objectOf(vars))) {
    values.set(name, { value, place: { scope: loading.root, path: ['vars', name] } });
  }
  for (const { name, value, raw, scope, path } of included) {
    values.set(name, { value, place: { scope, path } });
    checkTexts(raw, { place: { scope, path }, loading, allowed: beforeSteps });
  }
  for (const [name, value] of Object.entries(objectOf(vars))) {
    const place = { scope: loading.root, path: ['vars', name] };
    checkTexts(value, { place, loading, allowed: beforeSteps });
  }
  return inOrder(values, loading);
}

function inOrder<P extends Ports>(
  values: ReadonlyMap<string, { readonly value: Json; readonly place: Place }>,
  loading: Loading<P>,
): ReadonlyMap<string, Json> {
  const ordered = new Map<string, Json>();
  const failed = new Set<string>();
  const visit = (name: string, stack: readonly string[]): void => {
    const found = values.get(name);
    if (found === undefined || ordered.has(name) || failed.has(name)) return;
    const from = stack.indexOf(name);
    if (from >= 0) {
      const cycle = [...stack.slice(from), name].join(' → ');
      report(found.place, `Vars refer to each other: ${cycle}`, loading);
      for (const each of stack.slice(from)) failed.add(each);
      return;
    }
    for (const needed of varsIn(found.value)) visit(needed, [...stack, name]);
    if (!failed.has(name)) ordered.set(name, found.value);
  };
  for (const name of values.keys()) visit(name, []);
  return ordered;
}

/** Texts that cannot be parsed have been reported. */
function varsIn(value: Json): readonly string[] {
  return stringsWithMarkers(value, {}).flatMap(({ text }) => {
    try {
      return templateReferences(text).flatMap(({ parts: [root, name] }) =>
        root === 'vars' && name !== undefined ? [name] : [],
      );
    } catch {
      return [];
    }
  });
}

/** Name → type, of the targets whose type is known. */
export function targetTypes(targets: Json | undefined): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(objectOf(targets)).flatMap(([name, value]): [string, string][] => {
      const type = objectOf(value)['type'];
      return typeof type === 'string' ? [[name, type]] : [];
    }),
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
