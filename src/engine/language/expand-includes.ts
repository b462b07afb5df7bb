// Splices included steps into the runbook's phases. An included file is of kind Steps: it declares `params`, sees the
// runbook's env, vars, targets and run, and refers to its own steps only. Its step "patch", included as "pause", is
// "pause.patch" in the runbook.

import { basename } from 'node:path';
import type { Action, Ports } from '../contracts/action.ts';
import { closest } from '../contracts/closest.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Problem } from '../contracts/problem.ts';
import type { Registry } from '../contracts/registry.ts';
import { listOf, objectOf, textsOf } from './loading.ts';
import type { FileScope, Place, StepSource } from './loading.ts';
import { includedPath } from './read-sources.ts';
import type { Sources } from './read-sources.ts';
import { paramVar, rewriteCel, rewriteValue } from './rewrite-references.ts';
import { idPattern } from './runbook-envelope.ts';
import { flattenSchema, isObject } from './schema-walk.ts';

export interface IncludedVar extends Place {
  readonly name: string;
  /** As written at `path`, in the scope of the file that includes. */
  readonly raw: Json;
  readonly value: Json;
}

const maxDepth = 8;
const maxSteps = 10_000;

export class IncludeExpander<P extends Ports> {
  readonly problems: Problem[] = [];
  readonly vars: IncludedVar[] = [];
  private readonly sources: Sources;
  private readonly registry: Registry<P>;
  private readonly prefixes = new Set<string>();
  private steps = 0;

  constructor(sources: Sources, registry: Registry<P>) {
    this.sources = sources;
    this.registry = registry;
  }

  /** The steps of a list, includes spliced. `phase` is the index of the phase they are in. */
  expand(value: Json | undefined, place: Place, phase: number): readonly StepSource[] {
    return this.expandList(value, place, { phase, needs: [], stack: [place.scope.document.file] });
  }

  private expandList(
    value: Json | undefined,
    place: Place,
    context: Context,
  ): readonly StepSource[] {
    return listOf(value).flatMap((item, index): readonly StepSource[] => {
      if (!isObject(item)) return [];
      const at = { scope: place.scope, path: [...place.path, index] };
      this.steps += 1;
      if (this.steps > maxSteps) {
        if (this.steps === maxSteps + 1) {
          this.report(at, `A runbook has at most ${maxSteps} steps, includes counted`);
        }
        return [];
      }
      return typeof item['include'] === 'string'
        ? this.include(item, at, context)
        : [this.step(item, at, context)];
    });
  }

  private step(raw: JsonObject, { scope, path }: Place, context: Context): StepSource {
    const id = typeof raw['id'] === 'string' ? raw['id'] : `(step ${path.join('.')})`;
    const action =
      typeof raw['action'] === 'string' ? this.registry.find(raw['action']) : undefined;
    return {
      id: `${scope.prefix}${id}`,
      phase: context.phase,
      raw,
      resolved: resolveStep(raw, scope, action),
      includeNeeds: context.needs,
      scope,
      path,
    };
  }

  private include(item: JsonObject, place: Place, context: Context): readonly StepSource[] {
    const { scope, path } = place;
    const include = item['include'] as string;
    const file = includedPath(scope.document.file, include);
    const document = this.sources.documents.get(file);
    // That it cannot be read has been reported where it was read.
    if (document === undefined) return [];
    const at = { scope, path: [...path, 'include'] };
    if (context.stack.includes(file)) {
      this.report(at, `Files include each other: ${[...context.stack, file].join(' → ')}`);
      return [];
    }
    if (context.stack.length > maxDepth) {
      this.report(at, `Includes are nested deeper than ${maxDepth} files`);
      return [];
    }
    if (objectOf(document.value)['kind'] === 'Runbook') {
      const hint = 'Give it kind: Steps, with steps (and params) in place of phases';
      this.report(at, `${file} is a runbook; only files of kind Steps can be included`, { hint });
      return [];
    }
    const prefix = this.prefixOf(item, include, place);
    if (prefix === undefined) return [];
    const inner: FileScope = {
      document,
      prefix: `${scope.prefix}${prefix}.`,
      params: this.bindParams(item, objectOf(objectOf(document.value)['params']), place),
    };
    for (const [name, value] of inner.params ?? []) {
      const own = [...path, 'with', name];
      const raw = objectOf(item['with'])[name];
      this.vars.push({ name: paramVar(inner, name), raw: raw ?? value, value, scope, path: own });
    }
    const needs = [
      ...context.needs,
      ...textsOf(item['needs']).map((need) => `${scope.prefix}${need}`),
    ];
    return this.expandList(
      objectOf(document.value)['steps'],
      { scope: inner, path: ['steps'] },
      { ...context, needs, stack: [...context.stack, file] },
    );
  }

  private prefixOf(item: JsonObject, include: string, place: Place): string | undefined {
    const given = item['as'];
    const prefix = typeof given === 'string' ? given : basename(include).replace(/\.[^.]*$/, '');
    const path = [...place.path, given === undefined ? 'include' : 'as'];
    const at = { scope: place.scope, path };
    if (!new RegExp(idPattern, 'u').test(prefix)) {
      this.report(at, `"${prefix}" cannot be a prefix of steps`, {
        hint: 'Name one: as: some-name',
      });
      return undefined;
    }
    const full = `${place.scope.prefix}${prefix}`;
    if (this.prefixes.has(full)) {
      this.report(at, `Another include has the prefix "${full}"`, {
        hint: 'Name another: as: some-name',
      });
      return undefined;
    }
    this.prefixes.add(full);
    return prefix;
  }

  private bindParams(
    item: JsonObject,
    declared: JsonObject,
    place: Place,
  ): ReadonlyMap<string, Json> {
    const given = objectOf(item['with']);
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(declared, name)) continue;
      const near = closest(name, Object.keys(declared));
      const known = `Its params: ${Object.keys(declared).join(', ') || 'none'}`;
      const hint = near === undefined ? known : `Did you mean "${near}"?`;
      this.report(
        { scope: place.scope, path: [...place.path, 'with', name] },
        `The included file has no param "${name}"`,
        { hint, part: 'key' },
      );
    }
    const bound = new Map<string, Json>();
    for (const [name, declaration] of Object.entries(declared)) {
      const value = given[name];
      if (value !== undefined) bound.set(name, rewriteValue(value, place.scope));
      else if (objectOf(declaration)['required'] === true) {
        const path = [...place.path, given === item['with'] ? 'with' : 'include'];
        this.report(
          { scope: place.scope, path },
          `The param "${name}" of the included file is missing`,
        );
        bound.set(name, null);
      } else bound.set(name, objectOf(declaration)['default'] ?? null);
    }
    return bound;
  }

  private report(
    { scope, path }: Place,
    message: string,
    options: { readonly hint?: string; readonly part?: 'key' | 'value' } = {},
  ): void {
    this.problems.push(scope.document.problem(path, message, options));
  }
}

interface Context {
  readonly phase: number;
  readonly needs: readonly string[];
  /** The files that are being included, outermost first. */
  readonly stack: readonly string[];
}

function resolveStep<P extends Ports>(
  raw: JsonObject,
  scope: FileScope,
  action: Action<P> | undefined,
): JsonObject {
  if (scope.prefix === '') return raw;
  const schemas = action === undefined ? [] : flattenSchema(action.params as unknown as Json);
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]): [string, Json] => {
      if (key === 'with') return [key, rewriteValue(value, scope, schemas)];
      if (key === 'needs') return [key, textsOf(value).map((need) => `${scope.prefix}${need}`)];
      const isCel = key === 'when' || key === 'forEach' || key === 'key';
      return [key, isCel && typeof value === 'string' ? rewriteCel(value, scope) : value];
    }),
  );
}
