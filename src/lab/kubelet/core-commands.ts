// The few commands of a small container that a recovery uses: cat, ls, stat, df, rm, test and their like.

import { createHash } from 'node:crypto';
import {
  fail,
  isFolder,
  parentOf,
  succeed,
  type Command,
  type CommandContext,
  type CommandResult,
} from './command.ts';

const BLOCK_BYTES = 1024;

export const coreCommands: Readonly<Record<string, Command>> = {
  true: () => succeed(),
  false: () => fail('', 1),
  echo: (args) => succeed(`${args.join(' ')}\n`),
  cat: (args, context) =>
    eachFile('cat', args, context, (files) =>
      succeed(Buffer.concat(files.map((file) => file.content))),
    ),
  sha256sum: (args, context) =>
    eachFile('sha256sum', args, context, (files) =>
      succeed(
        files
          .map(
            ({ path, content }) =>
              `${createHash('sha256').update(content).digest('hex')}  ${path}\n`,
          )
          .join(''),
      ),
    ),
  wc: (args, context) =>
    eachFile('wc', args, context, (files) =>
      succeed(files.map(({ path, content }) => `${content.length} ${path}\n`).join('')),
    ),
  stat: statFile,
  ls: listFolder,
  rm: removeFiles,
  test: testFile,
  '[': (args, context) => testFile(args.at(-1) === ']' ? args.slice(0, -1) : args, context),
  df: freeSpace,
  tail: (args, context) => slice('tail', args, context),
  head: (args, context) => slice('head', args, context),
  mv: moveFile,
};

interface NamedFile {
  readonly path: string;
  readonly content: Buffer;
}

function operands(args: readonly string[]): readonly string[] {
  return args.filter((arg) => !arg.startsWith('-'));
}

function eachFile(
  command: string,
  args: readonly string[],
  context: CommandContext,
  work: (files: readonly NamedFile[]) => CommandResult,
): CommandResult {
  const found: NamedFile[] = [];
  for (const path of operands(args)) {
    const content = context.files.read(path);
    if (content === undefined) return fail(`${command}: ${path}: No such file or directory`);
    found.push({ path, content });
  }
  return work(found);
}

function statFile(args: readonly string[], context: CommandContext): CommandResult {
  const flag = args.findIndex((arg) => arg === '-c' || arg === '--format');
  const inline = args.find((arg) => /^(-c|--format=)./.test(arg))?.replace(/^(-c|--format=)/, '');
  const format = inline ?? (flag === -1 ? '%n %s' : (args[flag + 1] ?? ''));
  const paths = args.filter(
    (arg, index) => !arg.startsWith('-') && (flag === -1 || index !== flag + 1),
  );
  return eachFile('stat', paths, context, (files) =>
    succeed(
      files
        .map(({ path, content }) =>
          format.replaceAll('%s', String(content.length)).replaceAll('%n', path).concat('\n'),
        )
        .join(''),
    ),
  );
}

function listFolder(args: readonly string[], context: CommandContext): CommandResult {
  const isLong = args.some((arg) => /^-[a-z1]*l/.test(arg));
  const path = (operands(args)[0] ?? '/').replace(/(.)\/+$/, '$1');
  const size = context.files.sizeBytes(path);
  if (size !== undefined) return succeed(line(path, size));
  if (!isFolder(context, path)) {
    return fail(`ls: cannot access '${path}': No such file or directory`, 2);
  }
  const prefix = path === '/' ? '/' : `${path}/`;
  const names = new Set(
    [...context.files.paths(), ...context.folders]
      .filter((entry) => entry.startsWith(prefix))
      .map((entry) => entry.slice(prefix.length).split('/')[0] ?? ''),
  );
  return succeed(
    [...names]
      .sort()
      .map((name) => line(name, context.files.sizeBytes(`${prefix}${name}`)))
      .join(''),
  );

  function line(name: string, sizeBytes: number | undefined): string {
    if (!isLong) return `${name}\n`;
    return sizeBytes === undefined
      ? `drwxr-xr-x 2 root root 4096 Jan 1 00:00 ${name}\n`
      : `-rw------- 1 root root ${sizeBytes} Jan 1 00:00 ${name}\n`;
  }
}

function removeFiles(args: readonly string[], context: CommandContext): CommandResult {
  const isForced = args.some((arg) => /^-[rR]*f/.test(arg));
  for (const path of operands(args)) {
    if (!context.files.remove(path) && !isForced) {
      return fail(`rm: cannot remove '${path}': No such file or directory`);
    }
  }
  return succeed();
}

function moveFile(args: readonly string[], context: CommandContext): CommandResult {
  const [from = '', to = ''] = operands(args);
  const content = context.files.read(from);
  if (content === undefined) return fail(`mv: cannot stat '${from}': No such file or directory`);
  if (!context.files.write(to, content)) {
    return fail(`mv: cannot move '${from}' to '${to}': No such file or directory`);
  }
  context.files.remove(from);
  return succeed();
}

function testFile(args: readonly string[], context: CommandContext): CommandResult {
  const [operator = '', path = ''] = args;
  const size = context.files.sizeBytes(path);
  const holds: Readonly<Record<string, boolean>> = {
    '-f': size !== undefined,
    '-r': size !== undefined,
    '-s': (size ?? 0) > 0,
    '-d': isFolder(context, path),
    '-e': size !== undefined || isFolder(context, path),
  };
  if (!(operator in holds)) return fail(`test: ${operator}: unexpected operator`, 2);
  return holds[operator] === true ? succeed() : fail('', 1);
}

function slice(
  command: 'head' | 'tail',
  args: readonly string[],
  context: CommandContext,
): CommandResult {
  const flag = args.indexOf('-c');
  const count = Number(flag === -1 ? Number.NaN : args[flag + 1]);
  if (!Number.isInteger(count)) return fail(`${command}: only "-c BYTES" is known here`, 2);
  const rest = args.filter((_arg, index) => index !== flag && index !== flag + 1);
  return eachFile(command, rest, context, ([file]) => {
    const content = file?.content ?? Buffer.alloc(0);
    return succeed(command === 'head' ? content.subarray(0, count) : content.subarray(-count));
  });
}

function freeSpace(args: readonly string[], context: CommandContext): CommandResult {
  const path = operands(args).at(-1) ?? '/var/lib';
  if (
    context.files.sizeBytes(path) === undefined &&
    !isFolder(context, path) &&
    !isFolder(context, parentOf(path))
  ) {
    return fail(`df: ${path}: No such file or directory`);
  }
  const unit = args.some((arg) => /^(-B1|--block-size=1)$/.test(arg)) ? 1 : BLOCK_BYTES;
  const used = context.files.usedBytes();
  const available = Math.max(0, context.volumeBytes - used);
  const [total, taken, free] = [context.volumeBytes, used, available].map((bytes) =>
    Math.floor(bytes / unit),
  );
  if (args.some((arg) => arg.startsWith('--output'))) return succeed(`Avail\n${free ?? 0}\n`);
  const label = unit === 1 ? '1B-blocks' : '1024-blocks';
  return succeed(
    `Filesystem ${label} Used Available Capacity Mounted on\n/dev/nvme1n1 ${total ?? 0} ${taken ?? 0} ${free ?? 0} 1% /var/lib\n`,
  );
}
