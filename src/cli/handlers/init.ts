// drctl init: the runbook, an env file beside it, and the schema that editors complete and check it by. Nothing that is
// there is written over.

import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DrctlError, runbookSchema } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import { quoted } from '../kubectl.ts';
import { packageFile } from '../package-files.ts';

const SCHEMA = 'runbook.v1.schema.json';

const origins = {
  empty: { runbook: 'examples/runbooks/empty.yaml', env: 'examples/env/empty.env' },
  'aws-same-region': {
    runbook: 'runbooks/aws-same-region.yaml',
    env: 'examples/env/aws-same-region.env',
  },
  // Its values are among those of the move.
  'aws-backup': { runbook: 'runbooks/aws-backup.yaml', env: 'examples/env/aws-same-region.env' },
} as const;

interface NewFile {
  /** As it is told to the person. */
  readonly name: string;
  readonly text: string;
  /** One like it may be there already, from another runbook in the folder. */
  readonly shared: boolean;
  /** Values come into it, secrets among them: for its owner alone. */
  readonly private?: boolean;
}

export async function init(
  args: { readonly file: string; readonly from: keyof typeof origins },
  cli: Cli,
): Promise<number> {
  const { output } = cli;
  const files = await filesOf(args.file, args.from);
  const written = await writeNew(files, cli);
  const env = envNameOf(args.file);
  for (const { name } of files) {
    const isNew = written.includes(name);
    output.result(isNew ? `${output.style.good('+')} ${name}` : `= ${name} (kept as it is)`);
  }
  output.result('');
  output.result(`Next: edit ${args.file} and ${env}, then`);
  const words = `${quoted(args.file)} -e ${quoted(env)}`;
  output.result(`  drctl validate ${words}`);
  output.result(`  drctl plan ${words}`);
  output.event('initialized', { runbook: args.file, env, from: args.from, written });
  return 0;
}

async function filesOf(file: string, from: keyof typeof origins): Promise<readonly NewFile[]> {
  const origin = origins[from];
  const schema = path.join(path.dirname(file), SCHEMA);
  const runbook = await readFile(packageFile(origin.runbook), 'utf8');
  const env = await readFile(packageFile(origin.env), 'utf8');
  return [
    {
      name: file,
      text: runbook.replace(
        /^# yaml-language-server: .*$/m,
        `# yaml-language-server: $schema=./${SCHEMA}`,
      ),
      shared: false,
    },
    {
      name: envNameOf(file),
      text: env.replaceAll(origin.runbook, file),
      shared: false,
      private: true,
    },
    {
      name: schema,
      text: `${JSON.stringify(runbookSchema(builtinRegistry()), null, 2)}\n`,
      shared: true,
    },
  ];
}

/** "my.yaml" → "my.env" */
function envNameOf(file: string): string {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}.env`);
}

/** FILE_UNWRITABLE before the first is written when one is there. */
async function writeNew(files: readonly NewFile[], cli: Cli): Promise<readonly string[]> {
  const at = (name: string): string => path.resolve(cli.io.cwd, name);
  const wanted: NewFile[] = [];
  for (const file of files) {
    const isThere = await stat(at(file.name)).then(
      () => true,
      () => false,
    );
    if (isThere && !file.shared) {
      throw new DrctlError('FILE_UNWRITABLE', `${file.name} is there already`, {
        hint: 'Choose another name; nothing was written',
      });
    }
    if (!isThere) wanted.push(file);
  }
  const written: string[] = [];
  try {
    for (const file of wanted) {
      await writeOne(file, at(file.name));
      written.push(file.name);
    }
  } catch (error) {
    // All or nothing: what is left behind would be in the way of the next try.
    for (const name of written) await rm(at(name), { force: true });
    throw error;
  }
  return written;
}

async function writeOne(
  { name, text, private: isPrivate = false }: NewFile,
  place: string,
): Promise<void> {
  try {
    await writeFile(place, text, { flag: 'wx', mode: isPrivate ? 0o600 : 0o666 });
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new DrctlError('FILE_UNWRITABLE', `Cannot write ${name}: ${because}`, {
      cause: error,
      hint: 'Make its folder first, or choose another name; nothing was written',
    });
  }
}
