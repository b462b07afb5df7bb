/*
 * The CEL of CustomResourceDefinitions: the language with its optional values, and of Kubernetes' own functions
 * (https://kubernetes.io/docs/reference/using-api/cel/) regular expressions, URLs, IP addresses and CIDR blocks.
 * A definition that uses another one is refused when it is installed, so none is ever passed over.
 */
import { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { CelAddress, CelBlock, parseAddress, parseBlock } from './networks.ts';
import { CelUrl, parseUrl } from './urls.ts';

/**
 * In place of `matches`, whose JavaScript expressions backtrack and differ from RE2. Of the same length, so that
 * positions in messages stay right.
 */
const linearMatches = 're2find';

/** The library's own `matches` cannot be replaced, so calls of it are named otherwise. */
export function withLinearMatches(expression: string): string {
  return expression.replaceAll(/\.matches\(/g, `.${linearMatches}(`);
}

const patterns = new Map<string, RE2JS>();
const patternLimit = 2000;

/** A compiled RE2 expression. Throws for what is none. */
export function re2(pattern: string): RE2JS {
  let found = patterns.get(pattern);
  if (found === undefined) {
    found = RE2JS.compile(pattern);
    if (patterns.size < patternLimit) patterns.set(pattern, found);
  }
  return found;
}

function parsed<T>(value: T | undefined, what: string, text: string): T {
  if (value === undefined) throw new Error(`${what} parse error: ${JSON.stringify(text)}`);
  return value;
}

function findAll(text: string, pattern: string, limit: bigint): string[] {
  const matcher = re2(pattern).matcher(text);
  const found: string[] = [];
  while (BigInt(found.length) !== limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

const functions = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
})
  .registerType('net.IP', { ctor: CelAddress, fields: {} })
  .registerType('net.CIDR', { ctor: CelBlock, fields: {} })
  .registerType('kubernetes.URL', { ctor: CelUrl, fields: {} })
  .registerFunction(`string.${linearMatches}(string): bool`, (text: string, pattern: string) =>
    re2(pattern).matcher(text).find(),
  )
  .registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => findAll(text, pattern, 1n)[0] ?? '',
  )
  .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
    findAll(text, pattern, -1n),
  )
  .registerFunction('string.findAll(string, int): list<string>', findAll)
  .registerFunction('isURL(string): bool', (text: string) => parseUrl(text) !== undefined)
  .registerFunction('url(string): kubernetes.URL', (text: string) =>
    parsed(parseUrl(text), 'URL', text),
  )
  .registerFunction('kubernetes.URL.getScheme(): string', (url: CelUrl) => url.scheme)
  .registerFunction('kubernetes.URL.getHost(): string', (url: CelUrl) => url.host)
  .registerFunction('kubernetes.URL.getEscapedPath(): string', (url: CelUrl) => url.path)
  .registerFunction('kubernetes.URL.getQuery(): map<string, list<string>>', (url: CelUrl) =>
    Object.fromEntries(url.query),
  )
  .registerFunction('isIP(string): bool', (text: string) => parseAddress(text) !== undefined)
  .registerFunction('ip(string): net.IP', (text: string) => parsed(parseAddress(text), 'IP', text))
  .registerFunction('net.IP.family(): int', (address: CelAddress) => BigInt(address.family))
  .registerFunction('isCIDR(string): bool', (text: string) => parseBlock(text) !== undefined)
  .registerFunction('cidr(string): net.CIDR', (text: string) =>
    parsed(parseBlock(text), 'CIDR', text),
  )
  .registerFunction('net.CIDR.ip(): net.IP', (block: CelBlock) => block.address)
  .registerFunction('net.CIDR.prefixLength(): int', (block: CelBlock) =>
    BigInt(block.prefixLength),
  );

/** Rules, most of them. */
export const environment = functions.clone();

/** Rules that take oldSelf for optional: the checker has to know that it is. */
export const optionalOldSelfEnvironment = functions
  .clone()
  .registerVariable('oldSelf', 'optional<dyn>');
