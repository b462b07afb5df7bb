// Which proxy the environment names for a server, by the rules that kubectl and curl follow. A server on this machine
// is never reached through a proxy.

type Environment = Readonly<Record<string, string | undefined>>;

/** HTTPS_PROXY or HTTP_PROXY by the server's scheme, unless NO_PROXY names it. */
export function proxyFor(server: string, environment: Environment): string | undefined {
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = environment[name] ?? environment[name.toUpperCase()];
  if (proxy === undefined || proxy === '') return undefined;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined;
  const exceptions = (environment['no_proxy'] ?? environment['NO_PROXY'] ?? '').split(',');
  if (exceptions.some((one) => matches(one.trim().toLowerCase(), host, url.port))) return undefined;
  return /^[a-z0-9]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function matches(pattern: string, host: string, port: string): boolean {
  if (pattern === '') return false;
  if (pattern === '*') return true;
  const [name = '', patternPort] = pattern.split(':', 2);
  if (patternPort !== undefined && patternPort !== port) return false;
  const suffix = name.replace(/^\*?\./, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}
