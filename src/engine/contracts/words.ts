// Numbers and lists in sentences for people.

/** "1 step", "3 steps", "2 entries", "2 Ingresses"; a plural that no rule gives is the third argument. */
export function counted(count: number, noun: string, plural = pluralOf(noun)): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

function pluralOf(noun: string): string {
  // Kinds that are plural already, "Endpoints", end in "s" too, but not in "ss".
  if (/[^s]s$/.test(noun)) return noun;
  if (/(?:ss|x|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

const shownMax = 4;

/** "a, b, c, d … and 3 more": inside one sentence nobody reads a longer list. */
export function listSome(items: readonly string[], separator = ', '): string {
  const shown = items.slice(0, shownMax).join(separator);
  const left = items.length - shownMax;
  return left > 0 ? `${shown} … and ${left} more` : shown;
}
