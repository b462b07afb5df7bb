// A text under a cursor, with positions for messages. Used by the env file reader.

import type { SourceRange } from '../contracts/problem.ts';

export class EnvText {
  readonly file: string;
  readonly text: string;
  offset = 0;
  private readonly lineStarts: readonly number[];

  constructor(text: string, file: string) {
    this.file = file;
    // As an editor shows it: Windows line ends and a byte order mark are no part of any value.
    this.text = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) {
      starts.push(at + 1);
    }
    this.lineStarts = starts;
  }

  get done(): boolean {
    return this.offset >= this.text.length;
  }

  /** "" at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.offset + ahead);
  }

  startsWith(prefix: string): boolean {
    return this.text.startsWith(prefix, this.offset);
  }

  /** Moves past what the sticky expression matches here. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.offset += match[0].length;
    return match;
  }

  skipLine(): void {
    const end = this.text.indexOf('\n', this.offset);
    this.offset = end < 0 ? this.text.length : end + 1;
  }

  range(from: number, to: number): SourceRange {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= from) low = middle;
      else high = middle - 1;
    }
    const column = from - (this.lineStarts[low] ?? 0) + 1;
    return { file: this.file, line: low + 1, column, length: Math.max(1, to - from) };
  }

  lineText(line: number): string {
    const from = this.lineStarts[line - 1] ?? 0;
    const end = this.text.indexOf('\n', from);
    return this.text.slice(from, end < 0 ? undefined : end);
  }
}
