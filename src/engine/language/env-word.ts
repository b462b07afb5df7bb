// One word of an env file, as a shell would read it on the right of NAME=: quotes, escapes and ${VAR} are understood;
// what would run a command is refused. Nothing is ever executed.

import type { EnvText } from './env-text.ts';

/** Ends the reading of one line; the reader goes on with the next. */
export class EnvSyntaxError extends Error {
  readonly from: number;
  readonly to: number;
  readonly hint: string;

  constructor(
    message: string,
    at: { readonly from: number; readonly to: number; readonly hint: string },
  ) {
    super(message);
    this.from = at.from;
    this.to = at.to;
    this.hint = at.hint;
  }
}

export interface WordReader {
  readonly source: EnvText;
  /** undefined: not defined anywhere. */
  lookUp(name: string): string | undefined;
  undefinedName(name: string, from: number, to: number): void;
}

/** Doubling values ("$A$A") could otherwise fill the memory. */
const maxValueLength = 64 * 1024;
const maxNesting = 20;

interface Place {
  readonly quoted: boolean;
  /** Inside ${…}, where "}" ends the word. */
  readonly braced: boolean;
  readonly depth: number;
}

/** Reads from the cursor to the end of the word and leaves the cursor there. */
export function readWord(reader: WordReader): string {
  const { source } = reader;
  const home = source.take(/~(?=[/\s;]|$)/y);
  const start = home === undefined ? '' : expandName(reader, 'HOME', source.offset - 1);
  return start + readParts(reader, { quoted: false, braced: false, depth: 0 });
}

function readParts(reader: WordReader, place: Place): string {
  const { source } = reader;
  const parts: string[] = [];
  let length = 0;
  while (!source.done && !endsHere(source, place)) {
    const part = readPart(reader, place);
    length += part.length;
    if (length > maxValueLength) {
      throw problem(source, `A value is longer than ${maxValueLength} characters`, 'Shorten it');
    }
    parts.push(part);
  }
  return parts.join('');
}

function endsHere(source: EnvText, place: Place): boolean {
  const next = source.peek();
  if (place.braced) return next === '}';
  return place.quoted ? next === '"' : /[\s;]/.test(next);
}

function readPart(reader: WordReader, place: Place): string {
  const { source } = reader;
  switch (source.peek()) {
    case '\\':
      return readEscape(source, place.quoted);
    case "'":
      // Inside double quotes a single quote is a character like any other.
      if (place.quoted) break;
      return readSingleQuoted(source);
    case '"':
      return readDoubleQuoted(reader, place);
    case '$':
      return readDollar(reader, place);
    case '`':
      throw commandRefused(source, 1);
    case '|':
    case '&':
    case '<':
    case '>':
    case '(':
    case ')':
      if (place.quoted || place.braced) break;
      throw problem(
        source,
        `"${source.peek()}" needs quotes`,
        `Write the value in single quotes: NAME='…'`,
      );
    default:
  }
  return takePlain(source);
}

function takePlain(source: EnvText): string {
  const character = source.peek();
  source.offset += 1;
  return character;
}

function readEscape(source: EnvText, quoted: boolean): string {
  const next = source.peek(1);
  source.offset += 2;
  if (next === '\n') return '';
  if (quoted && !['$', '`', '"', '\\'].includes(next)) return `\\${next}`;
  return next;
}

function readSingleQuoted(source: EnvText): string {
  const found = source.take(/'([^']*)'/y);
  if (found === undefined)
    throw problem(source, "A single quote ' is not closed", "Add the closing '");
  return found[1] ?? '';
}

/** Also the quotes within "${X:-"…"}", which a shell removes. */
function readDoubleQuoted(reader: WordReader, place: Place): string {
  const { source } = reader;
  const from = source.offset;
  source.offset += 1;
  const value = readParts(reader, { quoted: true, braced: false, depth: place.depth + 1 });
  if (source.peek() !== '"') {
    source.offset = from;
    throw problem(source, 'A double quote " is not closed', 'Add the closing "');
  }
  source.offset += 1;
  return value;
}

function readDollar(reader: WordReader, place: Place): string {
  const { source } = reader;
  const from = source.offset;
  if (source.startsWith('$(')) throw commandRefused(source, 2);
  if (source.startsWith("$'") && !place.quoted) {
    throw problem(source, "$'…' is not supported", 'Use \'…\' or "…"');
  }
  const bare = source.take(/\$([A-Za-z_][A-Za-z0-9_]*)/y);
  if (bare !== undefined) return expandName(reader, bare[1] ?? '', from);
  if (!source.startsWith('${')) return takePlain(source);
  return readBraced(reader, place);
}

function readBraced(reader: WordReader, place: Place): string {
  const { source } = reader;
  const from = source.offset;
  if (place.depth >= maxNesting) {
    throw problem(
      source,
      `\${…} is nested deeper than ${maxNesting} levels`,
      'Use names in between',
    );
  }
  const head = source.take(/\$\{([A-Za-z_][A-Za-z0-9_]*)(\}|:?[-+])/y);
  if (head === undefined) {
    throw problem(
      source,
      'This form of ${…} is not supported',
      'Write ${NAME}, ${NAME:-value}, ${NAME-value}, ${NAME:+value} or ${NAME+value}',
    );
  }
  const [, name = '', operator = '}'] = head;
  if (operator === '}') return expandName(reader, name, from);
  const word = readAlternative(reader, place);
  if (source.peek() !== '}') {
    source.offset = from;
    throw problem(source, '"${" is not closed', 'Add the closing }');
  }
  source.offset += 1;
  const value = reader.lookUp(name);
  const isSet = operator.startsWith(':')
    ? value !== undefined && value !== ''
    : value !== undefined;
  if (operator.endsWith('+')) return isSet ? word.read() : '';
  return isSet ? (value ?? '') : word.read();
}

/**
 * The value after :- is read in any case, to find its end and its mistakes, but a name in it that is not defined is only
 * worth a warning when the value is used.
 */
function readAlternative(reader: WordReader, place: Place): { read(): string } {
  const notices: (() => void)[] = [];
  const quiet: WordReader = {
    source: reader.source,
    lookUp: (name) => reader.lookUp(name),
    undefinedName: (name, from, to) => {
      notices.push(() => {
        reader.undefinedName(name, from, to);
      });
    },
  };
  const value = readParts(quiet, { ...place, braced: true, depth: place.depth + 1 });
  return {
    read: () => {
      for (const notice of notices) notice();
      return value;
    },
  };
}

function expandName(reader: WordReader, name: string, from: number): string {
  const value = reader.lookUp(name);
  if (value === undefined) reader.undefinedName(name, from, reader.source.offset);
  return value ?? '';
}

function commandRefused(source: EnvText, length: number): EnvSyntaxError {
  return new EnvSyntaxError(
    'A command substitution is refused: env files are read, never executed',
    {
      from: source.offset,
      to: source.offset + length,
      hint: 'Write the value itself, or set it before: NAME="$(command)" drctl …',
    },
  );
}

function problem(source: EnvText, message: string, hint: string): EnvSyntaxError {
  return new EnvSyntaxError(message, { from: source.offset, to: source.offset + 1, hint });
}
