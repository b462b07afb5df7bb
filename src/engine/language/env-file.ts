// Reads the shell-style env files that people source: comments, export, quotes, ${VAR:-default}, continued lines.
// Never executed; all problems are found at once, with positions.
//
// Not dotenv with dotenv-expand: they give no positions, drop lines they cannot read and earlier assignments of a
// name in silence, and the expansion runs $(…) as a command.

import type { Problem, SourceRange } from '../contracts/problem.ts';
import { EnvText } from './env-text.ts';
import { EnvSyntaxError, readWord } from './env-word.ts';

export interface EnvAssignment {
  readonly name: string;
  readonly value: string;
  readonly at: SourceRange;
}

export interface EnvFile {
  /** In the order of the file; a name that is assigned twice is here twice, and the later one wins. */
  readonly assignments: readonly EnvAssignment[];
  readonly problems: readonly Problem[];
}

const maxFileLength = 1024 * 1024;
const maxProblems = 100;

/**
 * `outer` gives names that the file does not assign above their use. `override` gives values that are stronger than the
 * file's own (--set, the process environment for declared names): with MGMT_REGION overridden, "${USER}-${MGMT_REGION}"
 * follows. Problems are returned, not thrown.
 */
export function parseEnvFile(
  text: string,
  file: string,
  outer: (name: string) => string | undefined,
  override: (name: string) => string | undefined = () => undefined,
): EnvFile {
  const source = new EnvText(text.slice(0, maxFileLength), file);
  const reader = new EnvFileReader(source, outer, override);
  if (text.length > maxFileLength) {
    reader.report('error', `${file} is larger than ${maxFileLength} bytes`, { from: 0, to: 1 });
    return { assignments: [], problems: reader.problems };
  }
  while (!source.done && reader.problems.length < maxProblems) reader.readLine();
  return { assignments: reader.assignments, problems: reader.problems };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly hint?: string;
}

class EnvFileReader {
  readonly assignments: EnvAssignment[] = [];
  readonly problems: Problem[] = [];
  private readonly latest = new Map<string, EnvAssignment>();
  private readonly source: EnvText;
  private readonly outer: (name: string) => string | undefined;
  private readonly override: (name: string) => string | undefined;

  constructor(
    source: EnvText,
    outer: (name: string) => string | undefined,
    override: (name: string) => string | undefined,
  ) {
    this.source = source;
    this.outer = outer;
    this.override = override;
  }

  readLine(): void {
    try {
      this.source.take(/[\s;]*/y);
      const isExport = this.source.take(/export[ \t]+/y) !== undefined;
      while (!this.atLineEnd()) this.readAssignment(isExport);
      this.source.skipLine();
    } catch (error) {
      if (!(error instanceof EnvSyntaxError)) throw error;
      this.report('error', error.message, error);
      this.source.skipLine();
    }
  }

  report(severity: Problem['severity'], message: string, span: Span): void {
    const at = this.source.range(span.from, span.to);
    this.problems.push({
      severity,
      message,
      at,
      ...snippetOf(this.source.lineText(at.line)),
      ...(span.hint === undefined ? {} : { hint: span.hint }),
    });
  }

  private atLineEnd(): boolean {
    this.source.take(/[ \t]*/y);
    const next = this.source.peek();
    return next === '' || next === '\n' || next === '#' || next === ';';
  }

  private readAssignment(isExport: boolean): void {
    const from = this.source.offset;
    const name = this.source.take(/[A-Za-z_][A-Za-z0-9_]*(?==)/y)?.[0];
    if (name === undefined) {
      // "export NAME" passes on what was assigned elsewhere; here that has no effect.
      if (isExport && this.source.take(/[A-Za-z_][A-Za-z0-9_]*(?=[\s;]|$)/y) !== undefined) return;
      throw this.notAnAssignment(from);
    }
    this.source.offset += 1;
    const value = readWord({
      source: this.source,
      lookUp: (wanted) =>
        this.override(wanted) ?? this.latest.get(wanted)?.value ?? this.outer(wanted),
      undefinedName: (wanted, start, to) => {
        this.report('warning', `${wanted} is not defined, so it counts as empty in ${name}`, {
          from: start,
          to,
          hint: `Assign ${wanted} above, or write \${${wanted}:-value}`,
        });
      },
    });
    const assignment = { name, value, at: this.source.range(from, from + name.length) };
    this.warnOfSecond(assignment, from);
    this.latest.set(name, assignment);
    this.assignments.push(assignment);
  }

  private warnOfSecond({ name, value, at }: EnvAssignment, from: number): void {
    const first = this.latest.get(name);
    if (first === undefined) return;
    const same = first.value === value ? ', to the same value' : '';
    this.report(
      'warning',
      `${name} is assigned twice: line ${at.line} wins over line ${first.at.line}${same}`,
      { from, to: from + name.length, hint: `Remove one of the two` },
    );
  }

  private notAnAssignment(from: number): EnvSyntaxError {
    const [word = ''] = /^[^\s;]*/.exec(this.source.text.slice(from, from + 200)) ?? [];
    const onLine = this.source.lineText(this.source.range(from, from).line);
    const isAfterValue = /^\s*(export\s+)?[A-Za-z_]\w*=/.test(onLine);
    return new EnvSyntaxError(
      isAfterValue
        ? 'Something unexpected stands after a value'
        : `${isPlainWord(word) ? `"${word}"` : 'This'} is not an assignment`,
      {
        from,
        to: from + Math.max(1, word.length),
        hint: isAfterValue
          ? 'A value with spaces needs quotes: NAME="two words"'
          : 'Write NAME=value, without spaces around =; # begins a comment',
      },
    );
  }
}

/** A value may be a secret, also where it is written wrongly: the line is shown up to where one begins, if at all. */
function snippetOf(line: string): { readonly snippet?: string } {
  const [upToValue] = /^\s*(?:export\s+)?[A-Za-z_]\w*=/.exec(line) ?? [];
  if (upToValue === undefined) return {};
  return { snippet: upToValue === line ? line : `${upToValue}…` };
}

/** No line of a key or a token that lost its quotes. */
const isPlainWord = (word: string): boolean => /^[A-Za-z_-]{1,16}$/.test(word);
