/*
 * URLs in CEL rules: what Go's url.ParseRequestURI accepts (an absolute URI or an absolute path), and the parts
 * that k8s.io/apiserver/pkg/cel/library gives out. JavaScript's own parser repairs what Go refuses.
 */

/** A URL in its parts, as written. */
export class CelUrl {
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;

  constructor(parts: {
    scheme: string;
    host: string;
    path: string;
    query: ReadonlyMap<string, readonly string[]>;
  }) {
    this.scheme = parts.scheme;
    this.host = parts.host;
    this.path = parts.path;
    this.query = parts.query;
  }
}

const brokenEscape = /%(?![\dA-Fa-f]{2})/;
const control = /\p{Cc}/u;

/** undefined: no URL. */
export function parseUrl(text: string): CelUrl | undefined {
  if (text === '' || control.test(text)) return undefined;
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z\d+.-]*):)?(.*)$/s.exec(text) ?? [];
  const [before = '', ...after] = rest.split('?');
  const query = readQuery(after.join('?'));
  if (before.startsWith('/')) return rooted(scheme.toLowerCase(), before, query);
  // A rootless path counts as opaque where there is a scheme, and as no request URI where there is none.
  return scheme === '' ? undefined : new CelUrl({ scheme, host: '', path: '', query });
}

function rooted(scheme: string, text: string, query: CelUrl['query']): CelUrl | undefined {
  const [, authority = '', path = ''] =
    scheme === '' ? [text, '', text] : (/^(?:\/\/([^/]*))?(.*)$/s.exec(text) ?? []);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (!isHost(host) || brokenEscape.test(path)) return undefined;
  return new CelUrl({ scheme, host, path, query });
}

/** A name or IPv4 address, or an IPv6 address in brackets, and a port of digits (or an empty one). */
function isHost(host: string): boolean {
  return /^(?:\[[\dA-Fa-f:.]+(?:%25[\w.~-]+)?\]|[^\s[\]<>"\\^`{|}:]*)(?::\d*)?$/.test(host);
}

function readQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    query.set(name, [...(query.get(name) ?? []), value]);
  }
  return query;
}
