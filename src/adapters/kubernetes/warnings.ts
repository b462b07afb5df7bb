// What an API server warns of in its answers ("Warning: 299 - \"…\"", RFC 7234): deprecated versions, mostly. Each text
// is passed on once.

const MAX_WARNINGS = 100;
const MAX_TEXT = 500;

/** Takes the header of an answer; `tell` gets what was not told before. */
export function createWarnings(tell: (text: string) => void): (header: string | undefined) => void {
  const tellOnce = onceEach(tell);
  return (header) => {
    for (const text of warningsOf(header ?? '')) tellOnce(text);
  };
}

/** Passes each text on once, and a bounded number of them. */
export function onceEach(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text) || told.size >= MAX_WARNINGS) return;
    told.add(text);
    tell(text);
  };
}

function warningsOf(header: string): readonly string[] {
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) =>
    quoted
      .replaceAll(/\\(.)/g, '$1')
      // It is shown on terminals.
      // eslint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .slice(0, MAX_TEXT),
  );
}
