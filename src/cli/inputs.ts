// What a person gives: a runbook and its values. Everything wrong with them is found before anything is contacted.

import { access, constants, readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtinActions } from '../actions/index.ts';
import type { DrPorts } from '../actions/index.ts';
import {
  DrctlError,
  createRedactor,
  createRegistry,
  fileValues,
  loadRunbook,
  looksLikePlan,
  resolveEnv,
} from '../engine/index.ts';
import type { EnvValue, Problem, Redactor, Registry, Runbook } from '../engine/index.ts';
import type { Cli } from './command.ts';
import { problemsError } from './views/error.ts';
import { problemLines } from './views/problem.ts';

export interface InputArgs {
  readonly envFile: readonly string[];
  readonly set: readonly string[];
}

export interface LoadedRunbook {
  readonly runbook: Runbook;
  /** As the person named it. */
  readonly path: string;
  readonly registry: Registry<DrPorts>;
}

export interface ResolvedInputs {
  readonly env: readonly EnvValue[];
  readonly warnings: readonly Problem[];
  readonly redactor: Redactor;
}

export function builtinRegistry(): Registry<DrPorts> {
  return createRegistry<DrPorts>(builtinActions);
}

/** RUNBOOK_INVALID, RUNBOOK_VERSION, FILE_UNREADABLE; USAGE for a saved plan. `text`: when it was read already. */
export async function readRunbook(file: string, cli: Cli, text?: string): Promise<LoadedRunbook> {
  const registry = builtinRegistry();
  const runbook = await loadRunbook({
    path: file,
    async readFile(name) {
      if (name !== file) return readNamed(name, cli.io.cwd);
      const found = text ?? (await readNamed(name, cli.io.cwd));
      if (looksLikePlan(found)) throw notARunbook(file);
      return found;
    },
    registry,
  });
  return { runbook, path: file, registry };
}

function notARunbook(file: string): DrctlError {
  return new DrctlError('USAGE', `${file} is a saved plan, not a runbook`, {
    hint: `"drctl show ${file}" prints it, "drctl apply ${file}" carries it out`,
  });
}

/** ENV_INVALID with every problem of the values, files that cannot be read among them. */
export async function resolveInputs(
  runbook: Runbook,
  args: InputArgs,
  cli: Cli,
): Promise<ResolvedInputs> {
  const found = await findInputs(runbook, args, cli);
  throwErrors([...found.errors, ...found.unreadable]);
  return found;
}

/** As `resolveInputs`, where nothing is contacted: files that are not there (yet) are only warned of. */
export async function resolveWithoutFiles(
  runbook: Runbook,
  args: InputArgs,
  cli: Cli,
): Promise<ResolvedInputs> {
  const found = await findInputs(runbook, args, cli);
  throwErrors(found.errors);
  return { ...found, warnings: [...found.warnings, ...found.unreadable.map(asWarning)] };
}

export function throwErrors(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? 'One value is' : `${problems.length} values are`;
  throw problemsError('ENV_INVALID', `${count} missing or malformed`, problems);
}

export function asWarning(problem: Problem): Problem {
  return { ...problem, severity: 'warning' };
}

export interface FoundInputs extends ResolvedInputs {
  /** Values that are missing or malformed. */
  readonly errors: readonly Problem[];
  /** Values that name a file which cannot be read. */
  readonly unreadable: readonly Problem[];
}

/** Throws only for env files that cannot be read. From here on everything printed is masked. */
export async function findInputs(
  runbook: Runbook,
  args: InputArgs,
  cli: Cli,
): Promise<FoundInputs> {
  const files = await Promise.all(
    args.envFile.map(async (file) => ({ path: file, text: await readNamed(file, cli.io.cwd) })),
  );
  const sources = { declarations: runbook.env, files, set: parseSets(args.set) };
  const resolved = resolveEnv({ ...sources, process: cli.io.env });
  const redactor = createRedactor(sensitiveTexts(resolved.values));
  cli.useRedactor(redactor);
  const env = absoluteFiles(runbook, resolved.values, cli.io.cwd);
  const alone = resolveEnv({ ...sources, process: {} });
  const warnings = resolved.problems.filter((one) => one.severity === 'warning');
  return {
    env,
    redactor,
    warnings: [...warnings, ...overridden(resolved.values, alone.values)],
    errors: resolved.problems.filter((one) => one.severity === 'error'),
    unreadable: await unreadableFiles(runbook, env),
  };
}

/** A variable that happens to be set in the shell wins over the env file: right, but too easily not seen. */
function overridden(
  values: readonly EnvValue[],
  withoutProcess: readonly EnvValue[],
): readonly Problem[] {
  const written = new Map(withoutProcess.map((value) => [value.name, value]));
  return values.flatMap(({ name, value, origin }): Problem[] => {
    const other = written.get(name);
    if (origin.from !== 'process' || other?.origin.from !== 'file' || other.value === value) {
      return [];
    }
    const { at } = other.origin;
    return [
      {
        severity: 'warning',
        message: `${name} is set in the process environment, which wins over this line`,
        at,
        hint: `Run "unset ${name}" first, or give --set ${name}=…, if that is not what you want`,
      },
    ];
  });
}

export function sensitiveTexts(values: readonly EnvValue[]): readonly string[] {
  return values.flatMap(({ sensitive, value }) =>
    sensitive && value !== undefined && value !== null
      ? [typeof value === 'string' ? value : JSON.stringify(value)]
      : [],
  );
}

/** Paths mean the same from every folder from now on: a run may be resumed from another one. */
function absoluteFiles(
  runbook: Runbook,
  values: readonly EnvValue[],
  cwd: string,
): readonly EnvValue[] {
  const paths = new Map(
    fileValues(runbook.env, values).map((one) => [one.name, path.resolve(cwd, one.path)]),
  );
  return values.map((value) => {
    const absolute = paths.get(value.name);
    return absolute === undefined ? value : { ...value, value: absolute };
  });
}

export async function unreadableFiles(
  runbook: Runbook,
  values: readonly EnvValue[],
): Promise<readonly Problem[]> {
  const checked = await Promise.all(
    fileValues(runbook.env, values).map(async ({ name, path: file, value }) => {
      try {
        await access(file, constants.R_OK);
        return [];
      } catch (error) {
        const why = isAbsent(error) ? 'does not exist' : 'cannot be read';
        const { origin } = value;
        const problem: Problem = {
          severity: 'error',
          message: `${name}: the file ${file} ${why}`,
          ...(origin.from === 'file' ? { at: origin.at } : {}),
          hint: 'Correct the path, or the permissions of the file',
        };
        return [problem];
      }
    }),
  );
  return checked.flat();
}

/** USAGE for anything but NAME=VALUE. */
export function parseSets(sets: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sets.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) {
        throw new DrctlError('USAGE', `--set ${text} is not NAME=VALUE`, {
          hint: 'For example --set HC_REGION=us-west-1',
        });
      }
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

export async function readNamed(file: string, cwd: string): Promise<string> {
  const absolute = path.resolve(cwd, file);
  try {
    return await readFile(absolute, 'utf8');
  } catch (cause) {
    throw unreadable(file, absolute, cause);
  }
}

export function unreadable(file: string, absolute: string, cause: unknown): DrctlError {
  const why = isAbsent(cause) ? 'does not exist' : 'cannot be read';
  return new DrctlError('FILE_UNREADABLE', `The file ${file} ${why}`, {
    // "ENOENT" would only say the same again.
    ...(isAbsent(cause) ? {} : { cause }),
    hint: `Looked for ${absolute}`,
  });
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Warnings about the inputs, for people; machines get them with the result. */
export function showWarnings(warnings: readonly Problem[], cli: Cli): void {
  for (const warning of warnings) {
    for (const line of problemLines(warning, cli.output.noteStyle)) cli.output.note(line);
  }
}
