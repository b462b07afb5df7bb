// Two results compared, in lines that a person can read: what is otherwise, and where.

export function differencesOf(wanted: unknown, found: unknown, at = ''): readonly string[] {
  if (isMap(wanted) && isMap(found)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
    return keys.flatMap((key) =>
      differencesOf(wanted[key], found[key], at === '' ? key : `${at} › ${key}`),
    );
  }
  const [one, other] = [JSON.stringify(wanted), JSON.stringify(found)];
  if (one === other) return [];
  return [`${at}: ${short(found, other)} instead of ${short(wanted, one)}`];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const charsMax = 300;

function short(value: unknown, text: string | undefined): string {
  return value === undefined || text === undefined ? 'nothing' : text.slice(0, charsMax);
}
