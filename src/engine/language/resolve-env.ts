// Where each value of the runbook's env comes from: --set over the process environment over env files over the default.
// Only declared names are read from the process. All problems are found at once.

import { closest } from '../contracts/closest.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Problem, SourceRange } from '../contracts/problem.ts';
import type { EnvDeclaration, EnvValue } from '../contracts/runbook.ts';
import { parseEnvFile } from './env-file.ts';
import type { EnvAssignment } from './env-file.ts';
import { convertEnvValue, isEmptyAbsent } from './env-value.ts';

export interface EnvSources {
  readonly declarations: ReadonlyMap<string, EnvDeclaration>;
  /** Later files win. Each may refer to names of the ones before it. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly process: Readonly<Record<string, string | undefined>>;
  readonly set: Readonly<Record<string, string>>;
}

export interface ResolvedEnv {
  /** One for each declaration, in their order. */
  readonly values: readonly EnvValue[];
  readonly problems: readonly Problem[];
}

interface Candidate {
  readonly text: string;
  readonly origin: EnvValue['origin'];
  /** For messages: "--set NAME"; a place in a file needs no words. */
  readonly source: string;
  readonly at?: SourceRange;
  readonly snippet?: string;
}

/** Names in env files that the runbook does not declare are accepted: such files serve other tools too. */
export function resolveEnv(options: EnvSources): ResolvedEnv {
  const problems: Problem[] = [];
  const assigned = readFiles(options, problems);
  problems.push(...unknownSets(options, assigned));
  const values = [...options.declarations].map(([name, declaration]) =>
    resolveOne(name, declaration, { candidates: candidatesFor(name, options, assigned), problems }),
  );
  return { values, problems };
}

function readFiles(
  { declarations, files, process, set }: EnvSources,
  problems: Problem[],
): ReadonlyMap<string, EnvAssignment> {
  const assigned = new Map<string, EnvAssignment>();
  const override = (name: string): string | undefined =>
    own(set, name) ?? (declarations.has(name) ? own(process, name) : undefined);
  for (const { path, text } of files) {
    const outer = (name: string): string | undefined =>
      assigned.get(name)?.value ?? own(process, name);
    const parsed = parseEnvFile(text, path, outer, override);
    problems.push(...parsed.problems);
    for (const assignment of parsed.assignments) assigned.set(assignment.name, assignment);
  }
  return assigned;
}

function unknownSets(
  { declarations, set }: EnvSources,
  assigned: ReadonlyMap<string, EnvAssignment>,
): readonly Problem[] {
  return Object.keys(set)
    .filter((name) => !declarations.has(name) && !assigned.has(name))
    .map((name) => {
      const near = closest(name, declarations.keys());
      const hint =
        near === undefined
          ? 'The runbook’s env lists the names that can be set; "drctl env RUNBOOK" prints them'
          : `Did you mean "${near}"?`;
      return { severity: 'error', message: `--set ${name}: the runbook declares no ${name}`, hint };
    });
}

function candidatesFor(
  name: string,
  { process, set }: EnvSources,
  assigned: ReadonlyMap<string, EnvAssignment>,
): readonly Candidate[] {
  const found: Candidate[] = [];
  const fromSet = own(set, name);
  if (fromSet !== undefined) {
    found.push({ text: fromSet, origin: { from: 'set' }, source: `--set ${name}` });
  }
  const fromProcess = own(process, name);
  if (fromProcess !== undefined) {
    found.push({
      text: fromProcess,
      origin: { from: 'process' },
      source: 'the process environment',
    });
  }
  const fromFile = assigned.get(name);
  if (fromFile !== undefined) {
    const { value, at } = fromFile;
    found.push({ text: value, origin: { from: 'file', at }, source: `${at.file}:${at.line}`, at });
  }
  return found;
}

function resolveOne(
  name: string,
  declaration: EnvDeclaration,
  context: { readonly candidates: readonly Candidate[]; readonly problems: Problem[] },
): EnvValue {
  const { sensitive } = declaration;
  const given = context.candidates.find(({ text }) => text !== '' || !isEmptyAbsent(declaration));
  if (given === undefined) {
    if (declaration.default !== undefined) {
      return { name, value: declaration.default, sensitive, origin: { from: 'default' } };
    }
    if (declaration.required) context.problems.push(missing(name, declaration, context.candidates));
    return { name, value: undefined, sensitive, origin: { from: 'none' } };
  }
  const converted = convertEnvValue(name, given.text, declaration);
  if (converted.ok) return { name, value: converted.value, sensitive, origin: given.origin };
  context.problems.push({
    severity: 'error',
    message: `${converted.message} (from ${given.source})`,
    ...(given.at === undefined ? {} : { at: given.at }),
    ...(converted.hint === undefined ? {} : { hint: converted.hint }),
  });
  return { name, value: undefined, sensitive, origin: given.origin };
}

function missing(
  name: string,
  declaration: EnvDeclaration,
  candidates: readonly Candidate[],
): Problem {
  const [empty] = candidates;
  const described = declaration.description === undefined ? '' : ` (${declaration.description})`;
  return {
    severity: 'error',
    message:
      empty === undefined
        ? `${name} is required and not given${described}`
        : `${name} is required, and empty in ${empty.source}${described}`,
    at: empty?.at ?? declaration.at,
    hint: `Assign it in an env file (-e FILE), or give --set ${name}=…`,
  };
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** What templates and CEL see as `env`: a declared value that was not given is null. */
export function envScope(values: readonly EnvValue[]): JsonObject {
  return Object.fromEntries(values.map(({ name, value }): [string, Json] => [name, value ?? null]));
}

/** The given values of type `file`, for whoever can look at files. */
export function fileValues(
  declarations: ReadonlyMap<string, EnvDeclaration>,
  values: readonly EnvValue[],
): readonly { readonly name: string; readonly path: string; readonly value: EnvValue }[] {
  return values.flatMap((value) =>
    declarations.get(value.name)?.type === 'file' && typeof value.value === 'string'
      ? [{ name: value.name, path: value.value, value }]
      : [],
  );
}
