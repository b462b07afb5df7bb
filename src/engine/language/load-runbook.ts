// Text → Runbook. Everything that can be wrong with a runbook without looking at the world is found here, all of it at
// once, each problem at its place.

import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Ports } from '../contracts/action.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Json } from '../contracts/json.ts';
import type { Problem } from '../contracts/problem.ts';
import type { Registry } from '../contracts/registry.ts';
import type { Runbook, SourceFile } from '../contracts/runbook.ts';
import { counted } from '../contracts/words.ts';
import { digestJson } from '../planning/digest.ts';
import { buildRunbook } from './build-runbook.ts';
import { checkChecks } from './check-checks.ts';
import {
  checkEnv,
  checkImpact,
  checkConfirmations,
  checkLocks,
  checkOutages,
  checkTargets,
  checkVars,
  targetTypes,
} from './check-declarations.ts';
import { checkRollback, checkSteps } from './check-steps.ts';
import { compileSchema } from './compile-schema.ts';
import type { SchemaUse } from './compile-schema.ts';
import { IncludeExpander } from './expand-includes.ts';
import { listOf, objectOf } from './loading.ts';
import type { FileScope, Loading } from './loading.ts';
import { readSources } from './read-sources.ts';
import type { Sources } from './read-sources.ts';
import { anyActions, runbookEnvelope, stepsEnvelope } from './runbook-envelope.ts';
import { schemaProblems } from './schema-problems.ts';
import type { SourceDocument } from './source-document.ts';

export interface LoadOptions<P extends Ports> {
  readonly path: string;
  /** Throws FILE_UNREADABLE. Paths of includes are as seen from where `path` is seen from. */
  readFile(path: string): Promise<string>;
  readonly registry: Registry<P>;
}

/** Throws RUNBOOK_INVALID with all problems, RUNBOOK_VERSION, FILE_UNREADABLE. */
export async function loadRunbook<P extends Ports>(options: LoadOptions<P>): Promise<Runbook> {
  const sources = await readSources(options.path, options.readFile);
  return checkAndBuild(sources, options.registry);
}

/** From the copies that are kept with a run: the first is the runbook, the others are what it includes. */
export async function loadRunbookFromSources<P extends Ports>(
  sources: readonly SourceFile[],
  registry: Registry<P>,
): Promise<Runbook> {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const readFile = async (path: string): Promise<string> => {
    const text = texts.get(path);
    if (text !== undefined) return text;
    throw new DrctlError('FILE_UNREADABLE', `The run keeps no copy of ${path}`);
  };
  return loadRunbook({ path: sources[0]?.path ?? '', readFile, registry });
}

type FileKind = 'runbook' | 'steps';

export function envelopeUses(): Readonly<Record<FileKind, SchemaUse>> {
  return {
    runbook: { schema: runbookEnvelope(anyActions), useDefaults: false },
    steps: { schema: stepsEnvelope(anyActions), useDefaults: false },
  };
}

const compiledEnvelopes = new Map<FileKind, ValidateFunction>();

function envelope(kind: FileKind): ValidateFunction {
  // Compiled at first use, so that commands which load no runbook start fast.
  const validate = compiledEnvelopes.get(kind) ?? compileSchema(envelopeUses()[kind]);
  compiledEnvelopes.set(kind, validate);
  return validate;
}

function checkAndBuild<P extends Ports>(sources: Sources, registry: Registry<P>): Runbook {
  const problems: Problem[] = [...sources.problems];
  if (sources.broken) throwProblems(problems, sources);
  for (const document of sources.documents.values()) {
    // What a broken text was read as is not worth checking.
    if (sources.problems.some(({ at }) => at?.file === document.file)) continue;
    problems.push(...shapeProblems(document, document === sources.root));
  }
  const root = objectOf(sources.root.value);
  const expander = new IncludeExpander(sources, registry);
  const scope: FileScope = { document: sources.root, prefix: '', params: undefined };
  const phases = listOf(root['phases']).map((phase, index) => ({
    id: textOf(objectOf(phase)['id']),
    steps: expander.expand(
      objectOf(phase)['steps'],
      { scope, path: ['phases', index, 'steps'] },
      index,
    ),
  }));
  const loading: Loading<P> = {
    registry,
    problems,
    root: scope,
    env: new Set(Object.keys(objectOf(root['env']))),
    vars: new Set(Object.keys(objectOf(root['vars']))),
    targets: targetTypes(root['targets']),
    phases,
    steps: new Map(phases.flatMap(({ steps }) => steps).map((step) => [step.id, step])),
  };
  problems.push(...expander.problems);
  checkPhaseIds(loading);
  checkEnv(root['env'], loading);
  checkTargets(root['targets'], loading);
  checkLocks(root['locks'], loading);
  checkConfirmations(root['phases'], loading);
  const vars = checkVars(root['vars'], expander.vars, loading);
  const checkReferences = checkChecks(root, loading);
  const needs = checkSteps(loading);
  checkOutages(root['outages'], loading);
  checkImpact(root['impact'], loading);
  checkRollback(root['rollback'], loading);
  throwProblems(problems, sources);

  const files = [...sources.documents.values()].map(({ file, text }) => ({ path: file, text }));
  return {
    ...buildRunbook(root, loading, { vars, needs, checkReferences }),
    sources: files,
    // Over the texts alone: where a checkout lies does not change what a runbook is.
    digest: digestJson(files.map(({ text }) => text)),
    warnings: inOrderOfPlace(problems, sources).filter(({ severity }) => severity === 'warning'),
  };
}

function shapeProblems(document: SourceDocument, isRoot: boolean): readonly Problem[] {
  // An included runbook is refused as such, where it is included.
  if (!isRoot && objectOf(document.value)['kind'] === 'Runbook') return [];
  const validate = envelope(isRoot ? 'runbook' : 'steps');
  const value: Json = document.value;
  if (validate(value)) return [];
  return schemaProblems(validate.errors ?? [], value).map(({ path, isKey, message, hint }) =>
    document.problem(path, message, {
      part: isKey ? 'key' : 'value',
      ...(hint === undefined ? {} : { hint }),
    }),
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function checkPhaseIds<P extends Ports>(loading: Loading<P>): void {
  const seen = new Set<string>();
  for (const [index, { id }] of loading.phases.entries()) {
    if (id !== '' && seen.has(id)) {
      const path = ['phases', index, 'id'];
      loading.problems.push(loading.root.document.problem(path, `Two phases have the id "${id}"`));
    }
    seen.add(id);
  }
}

function throwProblems(problems: readonly Problem[], sources: Sources): void {
  const all = inOrderOfPlace(problems, sources);
  const errors = all.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const place =
    first.at === undefined ? '' : `${first.at.file}:${first.at.line}:${first.at.column}: `;
  const more = errors.length === 1 ? '' : ` (and ${counted(errors.length - 1, 'more problem')})`;
  throw new DrctlError('RUNBOOK_INVALID', `${place}${first.message}${more}`, {
    problems: all,
    ...(first.at === undefined ? {} : { at: first.at }),
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  });
}

/** As a person reads: file by file, from top to bottom; the same thing is said once. */
function inOrderOfPlace(problems: readonly Problem[], sources: Sources): readonly Problem[] {
  const files = [...sources.documents.keys()];
  const key = ({ at }: Problem): readonly number[] => [
    at === undefined ? -1 : files.indexOf(at.file),
    at?.line ?? 0,
    at?.column ?? 0,
  ];
  const seen = new Set<string>();
  return problems
    .filter((problem) => {
      const id = JSON.stringify([problem.at, problem.message]);
      return seen.has(id) ? false : seen.add(id);
    })
    .toSorted((a, b) => {
      const [left, right] = [key(a), key(b)];
      const differing = left.findIndex((part, index) => part !== right[index]);
      return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
    });
}
