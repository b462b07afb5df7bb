// Would a merge patch change anything?

/** Is `part` already contained in `whole`, as a JSON merge patch would leave it? */
export function contains(whole: unknown, part: unknown): boolean {
  if (part === null) return whole === undefined || whole === null;
  if (typeof part !== 'object') return whole === part;
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) &&
      whole.length === part.length &&
      part.every((entry, index) => contains(whole[index], entry))
    );
  }
  if (typeof whole !== 'object' || whole === null) return Object.keys(part).length === 0;
  return Object.entries(part).every(([key, value]) =>
    contains((whole as Record<string, unknown>)[key], value),
  );
}
