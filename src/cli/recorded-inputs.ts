// The values of a run that exists. They come from its header; only what is sensitive has to be given again, since it is
// kept in no header or journal. Files that tell how a target is reached may be given anew, for they lie elsewhere on another machine.
// Another value for anything else is refused: a run goes on with what it was begun with.

import path from 'node:path';
import { createRedactor, loadRunbookFromSources, reachOnly, resolveEnv } from '../engine/index.ts';
import type {
  EnvDeclaration,
  EnvValue,
  Json,
  MovedValue,
  Problem,
  Redactor,
  Registry,
  RunHeader,
  Runbook,
} from '../engine/index.ts';
import type { DrPorts } from '../actions/index.ts';
import type { Cli } from './command.ts';
import {
  builtinRegistry,
  parseSets,
  readNamed,
  sensitiveTexts,
  unreadableFiles,
} from './inputs.ts';
import type { InputArgs, LoadedRunbook, ResolvedInputs } from './inputs.ts';
import { problemsError } from './views/error.ts';

interface EnvFile {
  readonly path: string;
  readonly text: string;
}

type Declarations = ReadonlyMap<string, EnvDeclaration>;

export interface RecordedInputs extends LoadedRunbook, ResolvedInputs {
  /** What tells how a target is reached from here, where it differs from the run's beginning. */
  readonly moved: readonly MovedValue[];
}

/** What a run's header and a saved plan alike keep of the inputs. */
export interface Recorded extends Pick<RunHeader, 'sources' | 'env' | 'sensitiveEnv' | 'envFiles'> {
  /** "this run": for messages. */
  readonly owner: string;
}

/** RUN_MISMATCH, ENV_INVALID (naming what is missing). */
export async function recordedInputs(
  header: RunHeader,
  args: InputArgs & { readonly secretsNeeded: boolean },
  cli: Cli,
): Promise<RecordedInputs> {
  const found = await readRecorded({ ...header, owner: 'this run' }, args, cli);
  const { runbook, registry, redactor, secrets, missing, changed } = found;
  if (missing.length > 0 && args.secretsNeeded) {
    throw problemsError(
      'ENV_INVALID',
      `Run ${header.runId} has sensitive values that must be given again: -e FILE, --set NAME=VALUE or the environment`,
      missing,
    );
  }
  const movable = reachOnly(runbook);
  assertNone(
    header,
    changed.filter(({ name }) => !movable.has(name)),
  );
  const moved = new Map(changed.map((one) => [one.name, one]));
  const values = recordedValues(header, { runbook, secrets, moved });
  const unreadable = await unreadableFiles(runbook, values);
  if (unreadable.length > 0) {
    throw problemsError(
      'ENV_INVALID',
      `Files of run ${header.runId} cannot be read`,
      unreadable.map((problem) => withAdvice(problem, values, movable)),
    );
  }
  return {
    runbook,
    path: header.plan.runbook.path,
    registry,
    env: values,
    warnings: [],
    redactor,
    moved: changed.map(({ name, from, to }) => ({ name, from, to })),
  };
}

export interface FoundRecorded {
  readonly runbook: Runbook;
  readonly registry: Registry<DrPorts>;
  readonly redactor: Redactor;
  /** Of the sensitive values, as far as they were given again. */
  readonly secrets: readonly EnvValue[];
  /** Sensitive values that are missing or malformed. */
  readonly missing: readonly Problem[];
  /** Other values that were given anew, and are not what was recorded. */
  readonly changed: readonly Difference[];
}

/** From here on everything printed is masked. */
export async function readRecorded(
  recorded: Recorded,
  args: InputArgs,
  cli: Cli,
): Promise<FoundRecorded> {
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(recorded.sources, registry);
  const given = await Promise.all(
    args.envFile.map(async (file) => ({ path: file, text: await readNamed(file, cli.io.cwd) })),
  );
  const isSensitive = (name: string): boolean => recorded.sensitiveEnv.includes(name);
  const secret = pick(runbook.env, isSensitive);
  const open = pick(runbook.env, (name) => !isSensitive(name));
  const sets = parseSets(args.set);
  const secrets = resolveEnv({
    declarations: secret,
    files: [...(await recordedFiles(recorded, cli, secret.size > 0)), ...given],
    process: cli.io.env,
    set: only(sets, secret),
  });
  const redactor = createRedactor(sensitiveTexts(secrets.values));
  cli.useRedactor(redactor);
  const offered = resolveEnv({
    declarations: open,
    files: given,
    process: {},
    set: only(sets, open),
  });
  return {
    runbook,
    registry,
    redactor,
    secrets: secrets.values,
    missing: secrets.problems.filter((problem) => problem.severity === 'error'),
    changed: differences(recorded, { declarations: open, offered: offered.values }, cli),
  };
}

/** One for each declaration, in their order. */
export function recordedValues(
  { env }: Pick<Recorded, 'env'>,
  found: Pick<FoundRecorded, 'runbook' | 'secrets'> & {
    readonly moved: ReadonlyMap<string, Difference>;
  },
): readonly EnvValue[] {
  return [...found.runbook.env.keys()].map((name): EnvValue => {
    const secret = found.secrets.find((value) => value.name === name);
    if (secret !== undefined) return secret;
    const { to = env[name], origin = { from: 'default' } } = found.moved.get(name) ?? {};
    return { name, value: to, sensitive: false, origin };
  });
}

/** A file that lies elsewhere on this machine can be named; anything else has to be put where it was. */
function withAdvice(
  problem: Problem,
  values: readonly EnvValue[],
  movable: ReadonlySet<string>,
): Problem {
  const of = values.find(({ name }) => problem.message.startsWith(`${name}:`));
  if (of === undefined || !movable.has(of.name)) return problem;
  return {
    ...problem,
    hint: `Say where it is on this machine: --set ${of.name}=PATH, or in an env file with -e`,
  };
}

function pick(declarations: Declarations, keep: (name: string) => boolean): Declarations {
  return new Map([...declarations].filter(([name]) => keep(name)));
}

function only(
  sets: Readonly<Record<string, string>>,
  declarations: Declarations,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sets).filter(([name]) => declarations.has(name)));
}

/** A recorded env file that is gone is no error: its values may come from elsewhere. */
async function recordedFiles(
  { envFiles, owner }: Recorded,
  cli: Cli,
  needed: boolean,
): Promise<readonly EnvFile[]> {
  if (!needed) return [];
  const read = await Promise.all(
    envFiles.map(async (file) => {
      try {
        return [{ path: file, text: await readNamed(file, cli.io.cwd) }];
      } catch {
        cli.output.note(`The env file ${file} of ${owner} is not readable any more`);
        return [];
      }
    }),
  );
  return read.flat();
}

export interface Difference extends MovedValue {
  readonly origin: EnvValue['origin'];
}

/** Between what was given now, by name, and what the run was begun with. */
function differences(
  { env }: Recorded,
  {
    declarations,
    offered,
  }: { readonly declarations: Declarations; readonly offered: readonly EnvValue[] },
  cli: Cli,
): readonly Difference[] {
  return offered.flatMap(({ name, value, origin }): Difference[] => {
    if ((origin.from !== 'set' && origin.from !== 'file') || value === undefined) return [];
    const isFile = declarations.get(name)?.type === 'file';
    const to: Json = isFile && typeof value === 'string' ? path.resolve(cli.io.cwd, value) : value;
    const from = env[name] ?? null;
    return JSON.stringify(to) === JSON.stringify(from) ? [] : [{ name, from, to, origin }];
  });
}

function assertNone(header: RunHeader, changed: readonly Difference[]): void {
  if (changed.length === 0) return;
  const problems = changed.map(({ name, from, to, origin }): Problem => ({
    severity: 'error',
    message: `${name} is ${JSON.stringify(to)} now; the run was begun with ${JSON.stringify(from)}`,
    ...(origin.from === 'file' ? { at: origin.at } : {}),
  }));
  throw problemsError('RUN_MISMATCH', `Run ${header.runId} was begun with other values`, problems);
}
