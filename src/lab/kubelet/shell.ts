// A very small shell: words and quotes, `&&`, `||`, `;`, assignments in front, redirections of output to a file or to
// nowhere. Whatever else a script asks for is refused, so that nothing is half understood.

import { coreCommands } from './core-commands.ts';
import { fail, succeed, type Command, type CommandContext, type CommandResult } from './command.ts';

const MAX_DEPTH = 8;

/** Runs a command line given as arguments, as exec gives it. */
export async function runCommand(
  argv: readonly string[],
  context: CommandContext,
  depth = 0,
): Promise<CommandResult> {
  const [name = '', ...args] = withoutAssignments(argv);
  if (depth > MAX_DEPTH) return fail(`${name}: nested too deeply`, 126);
  const program = name.slice(name.lastIndexOf('/') + 1);
  switch (program) {
    case 'sh':
    case 'bash':
      return runShell(args, context, depth);
    case 'env':
      return runCommand(args, context, depth + 1);
    case 'timeout':
      return runWithLimit(args, context, depth);
    case 'command':
    case 'which':
      return find(args.at(-1) ?? '', context);
    default: {
      const command = commandsOf(context)[program];
      return command === undefined
        ? fail(`exec: "${name}": executable file not found in $PATH`, 127)
        : command(args, context);
    }
  }
}

/** coreutils' timeout, as far as "timeout SECONDS COMMAND …". */
async function runWithLimit(
  [seconds = '', ...argv]: readonly string[],
  context: CommandContext,
  depth: number,
): Promise<CommandResult> {
  const limitMs = Number(seconds) * 1_000;
  if (!(limitMs > 0)) return fail(`timeout: invalid time interval '${seconds}'`, 125);
  return runCommand(argv, { ...context, limitMs }, depth + 1);
}

function commandsOf({ tools }: CommandContext): Readonly<Record<string, Command>> {
  return { ...coreCommands, ...tools };
}

function find(name: string, context: CommandContext): CommandResult {
  return name in commandsOf(context) ? succeed(`/usr/bin/${name}\n`) : fail('', 1);
}

function withoutAssignments(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex((word) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word));
  return first === -1 ? [] : argv.slice(first);
}

async function runShell(
  args: readonly string[],
  context: CommandContext,
  depth: number,
): Promise<CommandResult> {
  const flag = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  const script = flag === -1 ? undefined : args[flag + 1];
  if (script === undefined) return fail('sh: only "sh -c SCRIPT" is known here', 2);
  const stopsAtError = args.some((arg) => /^-[a-z]*e/.test(arg));
  let tokens: readonly string[];
  try {
    tokens = tokenize(script);
  } catch (error) {
    return fail(`sh: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
  const stdout: Buffer[] = [];
  let stderr = '';
  let code = 0;
  let operator = ';';
  for (const { words, next } of statements(tokens)) {
    const isSkipped = (operator === '&&' && code !== 0) || (operator === '||' && code === 0);
    if (!isSkipped && words.length > 0) {
      const result = await redirected(words, context, depth);
      stdout.push(result.stdout);
      stderr += result.stderr;
      code = result.code;
    }
    if (stopsAtError && code !== 0 && next !== '||') break;
    operator = next;
  }
  return { code, stdout: Buffer.concat(stdout), stderr };
}

function* statements(tokens: readonly string[]): Iterable<{ words: string[]; next: string }> {
  let words: string[] = [];
  for (const token of tokens) {
    if (token === OPERATOR.and || token === OPERATOR.or || token === OPERATOR.end) {
      yield { words, next: token.slice(1) };
      words = [];
    } else words.push(token);
  }
  yield { words, next: ';' };
}

/** Operators as tokens carry a mark, so that a quoted ";" is not one. */
const OPERATOR = {
  and: '\0&&',
  or: '\0||',
  end: '\0;',
  out: '\0>',
  err: '\x002>',
  join: '\x002>&1',
};

async function redirected(
  words: readonly string[],
  context: CommandContext,
  depth: number,
): Promise<CommandResult> {
  const plain: string[] = [];
  const targets = new Map<string, string>();
  let joins = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === OPERATOR.join) joins = true;
    else if (word === OPERATOR.out || word === OPERATOR.err) {
      index += 1;
      targets.set(word, words[index] ?? '');
    } else plain.push(word);
  }
  const result = await runCommand(plain, context, depth + 1);
  const stdout = joins ? Buffer.concat([result.stdout, Buffer.from(result.stderr)]) : result.stdout;
  const file = targets.get(OPERATOR.out);
  if (file !== undefined && file !== '/dev/null' && !context.files.write(file, stdout)) {
    return fail(`sh: cannot create ${file}: Directory nonexistent`, 2);
  }
  return {
    code: result.code,
    stdout: file === undefined ? stdout : Buffer.alloc(0),
    stderr: joins || targets.has(OPERATOR.err) ? '' : result.stderr,
  };
}

const TOKEN =
  /\s*(?:(?<operator>&&|\|\||;|\n|2>&1|2>|1?>)|(?<word>(?:'[^']*'|"(?:[^"\\$`]|\\.)*"|\\.|[^\s'"\\;&|<>$`(){}*?])+))/y;

function tokenize(script: string): readonly string[] {
  const tokens: string[] = [];
  const text = script.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.groups === undefined)
      throw new Error(`not understood here: ${text.slice(at, at + 40)}`);
    const { operator, word } = match.groups;
    tokens.push(operator === undefined ? unquote(word ?? '') : operatorToken(operator));
  }
  return tokens;
}

function operatorToken(operator: string): string {
  if (operator === '\n') return OPERATOR.end;
  return `\0${operator === '1>' ? '>' : operator}`;
}

function unquote(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
    (_all, single, double, escaped) => {
      if (typeof single === 'string') return single;
      if (typeof double === 'string') return double.replaceAll(/\\(["\\$`])/g, '$1');
      return String(escaped);
    },
  );
}
