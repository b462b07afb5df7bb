// Checks every name that a template or an expression refers to, where it stands.

import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Ports } from '../contracts/action.ts';
import type { Json } from '../contracts/json.ts';
import { actionOf } from './loading.ts';
import type { Loading, Place } from './loading.ts';
import { celReferences, templateReferences } from './references.ts';
import type { Reference } from './references.ts';
import { scopeNames, stepNamedBy } from './resolve-path.ts';
import { runNames } from './run-scope.ts';
import { flattenSchema, isObject } from './schema-walk.ts';

/** Where a text stands decides what it may refer to. */
export interface Allowed {
  /** Why no step may be referred to here; undefined where steps may be. */
  readonly noSteps?: string;
  /** Why this step may not be referred to here. */
  readonly step?: (id: string) => string | undefined;
  readonly item: boolean;
  readonly vars: boolean;
  readonly run: boolean;
  /** Names that the action adds to its expressions. */
  readonly more?: readonly string[];
}

/** What actions add to the CEL of their parameters: `object` is tested, or `objects` all together, beside `others`. */
export const actionNames = ['object', 'objects', 'others'] as const;

export interface CheckedText extends Place {
  readonly text: string;
  readonly kind: 'template' | 'cel';
  readonly allowed: Allowed;
}

/** Reports what is wrong, and returns the ids of the steps that are referred to. */
export function checkReferences<P extends Ports>(
  checked: CheckedText,
  loading: Loading<P>,
): readonly string[] {
  let references: readonly Reference[];
  try {
    references =
      checked.kind === 'cel' ? celReferences(checked.text) : templateReferences(checked.text);
  } catch (error) {
    if (!(error instanceof DrctlError)) throw error;
    report(checked, loading, { message: error.message, hint: error.hint });
    return [];
  }
  return references.flatMap((reference) => {
    const finding = examine(reference, checked, loading);
    if (finding === undefined) return [];
    if ('step' in finding) return [finding.step];
    report(checked, loading, { ...finding, reference });
    return [];
  });
}

interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly reference?: Reference;
}

type Finding = Complaint | { readonly step: string } | undefined;

function examine<P extends Ports>(
  reference: Reference,
  checked: CheckedText,
  loading: Loading<P>,
): Finding {
  const { scope, allowed, kind } = checked;
  const [root = '', name] = reference.parts;
  if (root === 'steps') return examineStep(reference, checked, loading);
  if (root === 'item') {
    return allowed.item ? undefined : { message: '"item" exists only in a step with forEach' };
  }
  const names: Readonly<Record<string, ReadonlySet<string> | undefined>> = {
    env: loading.env,
    vars: allowed.vars ? loading.vars : undefined,
    run: allowed.run ? new Set(runNames) : undefined,
    params: scope.params === undefined ? undefined : new Set(scope.params.keys()),
  };
  const below = Object.hasOwn(names, root) ? names[root] : undefined;
  if (below !== undefined) return nameBelow(root, name, below);
  if (root === 'vars' || root === 'run') return { message: `${root} cannot be used here` };
  const more = kind === 'cel' ? (allowed.more ?? []) : [];
  return more.includes(root) ? undefined : unknownRoot(root, more, loading);
}

function unknownRoot<P extends Ports>(
  root: string,
  more: readonly string[],
  loading: Loading<P>,
): Complaint {
  const names = [...scopeNames, ...more];
  const near = nearIn(root, loading) ?? closest(root, names);
  const hint = near === undefined ? `Known names: ${names.join(', ')}` : `Did you mean "${near}"?`;
  return { message: `there is no "${root}"`, hint };
}

/** A bare HC_NAME is most often env.HC_NAME. */
function nearIn<P extends Ports>(name: string, loading: Loading<P>): string | undefined {
  const env = closest(name, loading.env);
  if (env !== undefined) return `env.${env}`;
  const named = closest(name, loading.vars);
  return named === undefined ? undefined : `vars.${named}`;
}

function nameBelow(root: string, name: string | undefined, names: ReadonlySet<string>): Finding {
  if (name === undefined || names.has(name)) return undefined;
  const near = closest(name, names);
  const list =
    names.size > 0 && names.size <= 12 ? `Declared: ${[...names].join(', ')}` : undefined;
  return {
    message: `${root} has no "${name}"`,
    hint: near === undefined ? list : `Did you mean "${root}.${near}"?`,
  };
}

function examineStep<P extends Ports>(
  reference: Reference,
  checked: CheckedText,
  loading: Loading<P>,
): Finding {
  const { scope, allowed } = checked;
  const named = stepNamedBy(reference.parts.slice(1));
  if (named === undefined) {
    return { message: 'name the step: steps.<id>.outputs, or steps["<id>"].outputs in CEL' };
  }
  if (allowed.noSteps !== undefined) return { message: allowed.noSteps };
  const id = `${scope.prefix}${named.id}`;
  const step = loading.steps.get(id);
  if (step === undefined) {
    return dashedStep(named.id, checked, loading) ?? unknownStep(named.id, scope.prefix, loading);
  }
  const refused = allowed.step?.(id);
  if (refused !== undefined) return { message: refused };
  const [field, output] = reference.parts.slice(1 + named.length);
  if (field !== undefined && field !== 'outputs') {
    return {
      message: `a step has only outputs, not "${field}"`,
      hint: `Write steps.${id}.outputs`,
    };
  }
  const names = outputsOf(loading, step.raw);
  if (output !== undefined && names !== undefined && !names.includes(output)) {
    const near = closest(output, names);
    const list = `Its outputs: ${names.join(', ') || 'none'}`;
    const hint = near === undefined ? list : `Did you mean "${near}"?`;
    return { message: `step "${id}" has no output "${output}"`, hint };
  }
  return { step: id };
}

/** CEL reads steps.find-it as "steps.find minus it". */
function dashedStep<P extends Ports>(
  id: string,
  { kind, scope, text }: CheckedText,
  loading: Loading<P>,
): Complaint | undefined {
  if (kind !== 'cel') return undefined;
  const meant = [...loading.steps.keys()]
    .map((known) => known.slice(scope.prefix.length))
    .find((known) => known.startsWith(`${id}-`) && text.includes(`steps.${known}`));
  if (meant === undefined) return undefined;
  return {
    message: `in CEL a name with a dash needs brackets`,
    hint: `Write steps['${meant}'].outputs`,
  };
}

/** Names of the outputs; undefined where any name may be. */
function outputsOf<P extends Ports>(
  loading: Loading<P>,
  raw: StepRaw,
): readonly string[] | undefined {
  if (raw['forEach'] !== undefined) return ['items'];
  const action = actionOf(loading, raw);
  if (action === undefined) return undefined;
  const schemas = flattenSchema(action.outputs as unknown as Json);
  const isOpen = schemas.some(
    (schema) =>
      schema['patternProperties'] !== undefined ||
      (schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false),
  );
  const names = schemas.flatMap(({ properties }) =>
    isObject(properties) ? Object.keys(properties) : [],
  );
  return isOpen || !schemas.some(({ type }) => type === 'object') ? undefined : names;
}

type StepRaw = Parameters<typeof actionOf>[1];

export function unknownStep<P extends Ports>(
  id: string,
  prefix: string,
  loading: Loading<P>,
): Complaint {
  const own = [...loading.steps.keys()]
    .filter((known) => known.startsWith(prefix))
    .map((known) => known.slice(prefix.length));
  const near = closest(id, own);
  const where = prefix === '' ? 'the runbook' : 'the included file';
  const hint =
    near === undefined && prefix !== ''
      ? 'An included file refers to its own steps only; pass other values by its params'
      : undefined;
  return {
    message: `${where} has no step "${id}"`,
    hint: near === undefined ? hint : `Did you mean "${near}"?`,
  };
}

function report<P extends Ports>(
  checked: CheckedText,
  loading: Loading<P>,
  complaint: Complaint,
): void {
  const { scope, path, text } = checked;
  const { reference } = complaint;
  const written =
    reference === undefined ? '' : text.slice(reference.range.start, reference.range.end);
  const message = written === '' ? complaint.message : `"${written}": ${complaint.message}`;
  const hint = complaint.hint === undefined ? {} : { hint: complaint.hint };
  const at = scope.document.find(path, written);
  loading.problems.push(scope.document.problem(path, message, { at, ...hint }));
}
