// HTML whose every value is escaped by construction: only what this template made is markup, everything else is text.

/** Markup. Made by `markup` alone, and by `trusted` of what escapes by itself. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Value = string | number | Markup | undefined | readonly Value[];

/** Text is escaped for elements and quoted attributes alike; undefined gives nothing; lists are joined. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const made = parts.map((part, index) => `${part}${markupOf(values[index])}`);
  return new Markup(made.join(''));
}

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return String(value).replaceAll(/[&<>"'`]/g, (sign) => `&#${sign.codePointAt(0)};`);
}

/** Of a renderer that escapes by itself: a drawing, the page's own style sheet. Never of a value. */
export function trusted(text: string): Markup {
  return new Markup(text);
}
