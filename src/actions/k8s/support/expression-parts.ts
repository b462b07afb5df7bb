// Parts of a CEL expression, only to explain why it does not hold: nothing is decided by them. What is not understood is
// one part, so that the worst that can happen is a longer message. Pure.

/** The operands of && at the top; the expression itself where something binds weaker. */
export function conjunctsOf(expression: string): readonly string[] {
  const operators = topLevel(expression);
  if (operators.some(({ text }) => text !== '&&')) return [oneLine(expression)];
  const parts: string[] = [];
  let from = 0;
  for (const { at } of operators) {
    parts.push(expression.slice(from, at));
    from = at + 2;
  }
  parts.push(expression.slice(from));
  return parts.map(oneLine);
}

export interface MacroCall {
  readonly macro: 'all' | 'exists';
  readonly variable: string;
  readonly condition: string;
}

/** `list.all(x, condition)` or `list.exists(x, condition)`, and nothing beside it. */
export function macroOver(list: string, expression: string): MacroCall | undefined {
  const text = expression.trim();
  const head = /^(\w+)\s*\.\s*(all|exists)\s*\(\s*(\w+)\s*,/.exec(text);
  if (head?.[1] !== list || closingOf(text, text.indexOf('(')) !== text.length - 1) {
    return undefined;
  }
  return {
    macro: head[2] === 'all' ? 'all' : 'exists',
    variable: head[3] ?? '',
    condition: oneLine(text.slice(head[0].length, -1)),
  };
}

export interface NamedField {
  /** As it is written: "object.spec.containers[0].args". */
  readonly text: string;
  /** Below the root. */
  readonly path: readonly string[];
  /** From "'key' in object.field", which asks for a key of a map, or for an item of this list. */
  readonly list?: NamedField;
}

/** The fields of `root` that the expression names, each once; one that leads to another of them is left out. */
export function fieldsOf(root: string, expression: string): readonly NamedField[] {
  const step = String.raw`\.[A-Za-z_]\w*|\[\d+\]|\['[^']*'\]`;
  const pattern = new RegExp(String.raw`(?<![\w.])${root}((?:${step})+)(?!\w*\s*\()`, 'g');
  const found = new Map<string, NamedField>();
  for (const [text, steps = ''] of expression.matchAll(pattern)) {
    const path = [...steps.matchAll(new RegExp(step, 'g'))].map(([one]) =>
      one.replaceAll(/^\.|^\['|'\]$|^\[|\]$/g, ''),
    );
    found.set(text, { text, path });
  }
  // "'key' in object.metadata.annotations" names a field too.
  for (const [, key = '', text = ''] of expression.matchAll(inMap(root, step))) {
    const map = found.get(text);
    if (map !== undefined) {
      const own = `${text}['${key}']`;
      found.set(own, { text: own, path: [...map.path, key], list: map });
    }
  }
  const texts = [...found.keys()];
  return [...found.values()].filter(
    ({ text }) => !texts.some((other) => other !== text && /^[.[]/.test(tail(other, text))),
  );
}

function inMap(root: string, step: string): RegExp {
  return new RegExp(String.raw`'([^']*)' in (${root}(?:${step})+)(?![\w.[])`, 'g');
}

/** What follows the beginning; empty where it does not begin so. */
function tail(text: string, beginning: string): string {
  return text.startsWith(beginning) ? text.slice(beginning.length) : '';
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/** Operators outside of all brackets and strings: "&&", "||", "?". */
function topLevel(text: string): readonly { readonly text: string; readonly at: number }[] {
  const found: { text: string; at: number }[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuote(character)) at = endOfString(text, at);
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (depth === 0 && character === '?') found.push({ text: '?', at });
    else if (depth === 0 && /^(&&|\|\|)/.test(text.slice(at, at + 2))) {
      found.push({ text: text.slice(at, at + 2), at });
      at += 1;
    }
  }
  return found;
}

/** The place of the bracket that closes the one at `from`; -1: none does. */
function closingOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuote(character)) at = endOfString(text, at);
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function isQuote(character: string): boolean {
  return character === "'" || character === '"';
}

function endOfString(text: string, from: number): number {
  const quote = text.charAt(from);
  for (let at = from + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote) return at;
  }
  return text.length;
}
