// Text of others without what would act on its reader: control characters, which a terminal obeys, and marks that turn the
// direction of writing, which show a reader another text than the one that is there (https://trojansource.codes).

/** All but tab and line feed; U+202A–202E and U+2066–2069 turn the direction of what follows. */
const acting = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]`,
  'g',
);

export function cleanText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(acting, '\ufffd');
}

/** A copy of plain data, with every text in it cleaned, names of members too. */
export function cleanData<T>(data: T): T {
  return cleanAny(data) as T;
}

function cleanAny(data: unknown): unknown {
  if (typeof data === 'string') return cleanText(data);
  if (Array.isArray(data)) return data.map(cleanAny);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [cleanText(name), cleanAny(value)]),
  );
}
