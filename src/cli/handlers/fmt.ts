// drctl fmt: the layout is Prettier's. A file is written only when it means the same as before.

import { chmod, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import yamlPlugin from 'prettier/plugins/yaml';
import { format as layOut } from 'prettier/standalone';
import { parseAllDocuments } from 'yaml';
import { DrctlError, counted } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { readNamed } from '../inputs.ts';

const WIDTH = 100;
/** As of an invalid runbook. */
const WOULD_CHANGE_EXIT_CODE = 2;
const PERMISSIONS = 0o7777;

export async function format(
  args: { readonly files: readonly string[]; readonly check: boolean },
  cli: Cli,
): Promise<number> {
  const files = await layOutAll(args.files, cli);
  const changed = files.filter(({ before, after }) => before !== after);
  if (!args.check) for (const { file, after } of changed) await rewrite(file, after, cli);
  const { output } = cli;
  for (const { file } of changed) output.result(args.check ? `${file} would change` : file);
  if (changed.length === 0) output.note(`${counted(files.length, 'file')} laid out already`);
  output.event('formatted', {
    files: files.map(({ file, before, after }) => ({ file, changed: before !== after })),
    written: !args.check,
  });
  return args.check && changed.length > 0 ? WOULD_CHANGE_EXIT_CODE : 0;
}

interface LaidOut {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** All are read before the first is written: a file that is not YAML leaves the others as they are. */
async function layOutAll(names: readonly string[], cli: Cli): Promise<readonly LaidOut[]> {
  const files: LaidOut[] = [];
  const errors: DrctlError[] = [];
  for (const file of names) {
    try {
      const before = await readNamed(file, cli.io.cwd);
      files.push({ file, before, after: await formatted(file, before) });
    } catch (error) {
      if (!(error instanceof DrctlError)) throw error;
      errors.push(error);
    }
  }
  const [first, ...more] = errors;
  if (first === undefined) return files;
  if (more.length === 0) throw first;
  throw new DrctlError(first.code, `${errors.length} of ${names.length} files cannot be laid out`, {
    hint: 'Nothing was written',
    problems: errors.map(({ message }) => ({ severity: 'error', message })),
  });
}

async function formatted(file: string, text: string): Promise<string> {
  const value = valueOf(file, text);
  const laidOut = await layOut(text, {
    parser: 'yaml',
    plugins: [yamlPlugin],
    printWidth: WIDTH,
    singleQuote: true,
  });
  if (isDeepStrictEqual(valueOf(file, laidOut), value)) return laidOut;
  throw new DrctlError('RUNBOOK_INVALID', `${file} would mean something else in another layout`, {
    hint: 'It is left as it is; lay it out by hand',
  });
}

/** Bounded as runbooks are: aliases cannot grow without end. */
function valueOf(file: string, text: string): unknown {
  const documents = parseAllDocuments(text);
  const [error] = documents.flatMap((document) => document.errors);
  if (error !== undefined) {
    const [message = ''] = error.message.split('\n');
    throw new DrctlError('RUNBOOK_INVALID', `${file} is no YAML: ${message.replace(/:$/, '')}`, {
      hint: 'Nothing was written; "drctl validate" shows the place',
    });
  }
  return documents.map((document) => document.toJS({ maxAliasCount: 100 }) as unknown);
}

/** Through a link, to the file itself; with the permissions that it had. */
async function rewrite(file: string, text: string, cli: Cli): Promise<void> {
  const { writeDurably } = await import('../../adapters/index.ts');
  try {
    const place = await realpath(path.resolve(cli.io.cwd, file));
    const { mode } = await stat(place);
    await writeDurably(place, text);
    await chmod(place, mode & PERMISSIONS);
  } catch (error) {
    if (error instanceof DrctlError) throw error;
    const because = error instanceof Error ? error.message : String(error);
    throw new DrctlError('FILE_UNWRITABLE', `Cannot write ${file}: ${because}`, { cause: error });
  }
}
