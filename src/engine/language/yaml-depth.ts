// How deep a YAML text is nested, told by its tokens alone. The parser recurses, and at the end of the stack Node may not
// throw but abort the whole process: what is too deep must never get there.

import { Lexer } from 'yaml';

/** More than any runbook, manifest or kubeconfig has, and far from the end of the stack. */
const levelsMax = 200;

/** Never throws, whatever the text is. */
export function isNestedTooDeeply(text: string): boolean {
  return lexYaml(text) === undefined;
}

/** The tokens of a text; undefined when it is nested too deeply. Never throws. */
export function lexYaml(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const depth = new Depth();
  for (const token of new Lexer().lex(text)) {
    depth.take(token);
    if (depth.levels > levelsMax) return undefined;
    tokens.push(token);
  }
  return tokens;
}

class Depth {
  #flow = 0;
  /** Of the lines above that this one may be inside of, each further in than the one before. */
  #indents: readonly number[] = [];
  #column = 0;
  /** "- " and "? " on this line: each may open a level of its own. */
  #markers = 0;
  #isLineStart = true;

  get levels(): number {
    return this.#flow + this.#indents.length + this.#markers;
  }

  take(token: string): void {
    if (token === '\n' || token === '\r\n') {
      this.#column = 0;
      this.#markers = 0;
      this.#isLineStart = true;
    } else if (token.trim() === '') {
      if (this.#isLineStart) this.#column = token.length;
    } else {
      this.#takeContent(token);
    }
  }

  #takeContent(token: string): void {
    if (token === '[' || token === '{') this.#flow += 1;
    else if (token === ']' || token === '}') this.#flow = Math.max(0, this.#flow - 1);
    else if (token === '-' || token === '?') this.#markers += 1;
    if (!this.#isLineStart) return;
    this.#isLineStart = false;
    this.#indents = [...this.#indents.filter((indent) => indent < this.#column), this.#column];
  }
}
