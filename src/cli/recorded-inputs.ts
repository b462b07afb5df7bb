// The values of a run that exists. They come from its header; only what is sensitive has to be given again, since it is
// never stored. Another value for anything else is refused: a run goes on with what it was begun with.

import path from 'node:path';
import { createRedactor, loadRunbookFromSources, resolveEnv } from '../engine/index.ts';
import type { EnvDeclaration, EnvValue, Problem, RunHeader } from '../engine/index.ts';
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

/** RUN_MISMATCH, ENV_INVALID (naming what is missing). */
export async function recordedInputs(
  header: RunHeader,
  args: InputArgs & { readonly secretsNeeded: boolean },
  cli: Cli,
): Promise<LoadedRunbook & ResolvedInputs> {
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(header.sources, registry);
  const given = await Promise.all(
    args.envFile.map(async (file) => ({ path: file, text: await readNamed(file, cli.io.cwd) })),
  );
  const isSensitive = (name: string): boolean => header.sensitiveEnv.includes(name);
  const secret = pick(runbook.env, isSensitive);
  const open = pick(runbook.env, (name) => !isSensitive(name));
  const sets = parseSets(args.set);

  const secrets = resolveEnv({
    declarations: secret,
    files: [...(await recordedFiles(header, cli, secret.size > 0)), ...given],
    process: cli.io.env,
    set: only(sets, secret),
  });
  const redactor = createRedactor(sensitiveTexts(secrets.values));
  cli.useRedactor(redactor);
  const missing = secrets.problems.filter((problem) => problem.severity === 'error');
  if (missing.length > 0 && args.secretsNeeded) {
    throw problemsError(
      'ENV_INVALID',
      `Run ${header.runId} has sensitive values that must be given again: -e FILE, --set NAME=VALUE or the environment`,
      missing,
    );
  }

  const offered = resolveEnv({
    declarations: open,
    files: given,
    process: {},
    set: only(sets, open),
  });
  const values = [...runbook.env.keys()].map((name): EnvValue => {
    const found = secrets.values.find((value) => value.name === name);
    if (found !== undefined) return found;
    return { name, value: header.env[name], sensitive: false, origin: { from: 'default' } };
  });
  assertSame(header, { declarations: open, offered: offered.values }, cli);
  const unreadable = await unreadableFiles(runbook, values);
  if (unreadable.length > 0) {
    throw problemsError('ENV_INVALID', `Files of run ${header.runId} cannot be read`, unreadable);
  }
  return { runbook, path: header.plan.runbook.path, registry, env: values, warnings: [], redactor };
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
  header: RunHeader,
  cli: Cli,
  needed: boolean,
): Promise<readonly EnvFile[]> {
  if (!needed) return [];
  const read = await Promise.all(
    header.envFiles.map(async (file) => {
      try {
        return [{ path: file, text: await readNamed(file, cli.io.cwd) }];
      } catch {
        cli.output.note(`The env file ${file} of this run is not readable any more`);
        return [];
      }
    }),
  );
  return read.flat();
}

function assertSame(
  header: RunHeader,
  {
    declarations,
    offered,
  }: { readonly declarations: Declarations; readonly offered: readonly EnvValue[] },
  cli: Cli,
): void {
  const problems = offered.flatMap((value): Problem[] => {
    const { name, origin } = value;
    if (origin.from !== 'set' && origin.from !== 'file') return [];
    const isFile = declarations.get(name)?.type === 'file';
    const now =
      isFile && typeof value.value === 'string'
        ? path.resolve(cli.io.cwd, value.value)
        : value.value;
    const before = header.env[name];
    if (JSON.stringify(now) === JSON.stringify(before)) return [];
    return [
      {
        severity: 'error',
        message: `${name} is ${JSON.stringify(now)} now; the run was begun with ${JSON.stringify(before ?? null)}`,
        ...(origin.from === 'file' ? { at: origin.at } : {}),
      },
    ];
  });
  if (problems.length === 0) return;
  throw problemsError('RUN_MISMATCH', `Run ${header.runId} was begun with other values`, problems);
}
