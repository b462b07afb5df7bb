// Which proxy the environment names for a server, by the rules of Go's net/http, which kubectl follows. A server on
// this machine is never reached through a proxy of the environment.

import { BlockList, isIP } from 'node:net';
import { DrctlError } from '../../engine/index.ts';
import type { Json } from '../../engine/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const schemes = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** HTTPS_PROXY or HTTP_PROXY by the server's scheme, unless NO_PROXY names it. Throws TARGET_INVALID for an unusable one. */
export function proxyFor(server: string, environment: Environment): string | undefined {
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = valueOf(environment, name);
  if (proxy === '') return undefined;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (host === 'localhost' || contains(loopback, host)) return undefined;
  const exceptions = valueOf(environment, 'NO_PROXY').split(',');
  if (exceptions.some((one) => excepts(one.trim().toLowerCase(), host, port))) return undefined;
  return checkProxy(proxy, `${name} of the environment`);
}

/** With "http://" where it has no scheme. The value itself is never shown: it may hold a password. */
export function checkProxy(value: Json, where: string): string {
  const text = typeof value === 'string' ? value : '';
  const proxy = /^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`;
  if (text !== '' && URL.canParse(proxy)) {
    const { protocol, hostname } = new URL(proxy);
    if (hostname !== '' && schemes.has(protocol)) return proxy;
    if (hostname !== '') {
      throw new DrctlError(
        'TARGET_INVALID',
        `The ${where} has the scheme "${protocol.slice(0, -1)}", which is not supported`,
        { hint: 'Use http, https or socks5' },
      );
    }
  }
  throw new DrctlError('TARGET_INVALID', `The ${where} is not the URL of a proxy`, {
    hint: 'It looks like "http://proxy.example.com:3128"',
  });
}

/** Without user and password, for messages. */
export function proxyName(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

function valueOf(environment: Environment, name: string): string {
  const upper = environment[name] ?? '';
  return upper === '' ? (environment[name.toLowerCase()] ?? '') : upper;
}

/** One entry of NO_PROXY: "*", "10.0.0.0/8", "10.0.0.1:6443", "[fd00::1]:6443", "corp.com", ".corp.com", "*.corp.com:443". */
function excepts(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [network = '', bits, ...rest] = entry.split('/');
  if (bits !== undefined && rest.length === 0) return inNetwork(network, bits, host);
  const { name, port: onlyPort } = splitPort(entry);
  if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false;
  if (isIP(name) !== 0) return sameAddress(name, host);
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  // ".corp.com" is for what is below it; "corp.com" for itself as well.
  if (suffix.startsWith('.')) return host.endsWith(suffix);
  return host === suffix || host.endsWith(`.${suffix}`);
}

function splitPort(entry: string): { readonly name: string; readonly port?: string } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry);
  const plain = bracketed ?? /^([^:]*):(\d+)$/.exec(entry);
  if (plain === null) return { name: entry };
  const [, name = '', port] = plain;
  return port === undefined ? { name } : { name, port };
}

function inNetwork(network: string, bits: string, host: string): boolean {
  const family = isIP(network);
  const length = /^\d+$/.test(bits) ? Number(bits) : Number.NaN;
  if (family === 0 || !(length <= (family === 4 ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(network, length, family === 4 ? 'ipv4' : 'ipv6');
  return contains(list, host);
}

function sameAddress(address: string, host: string): boolean {
  const list = new BlockList();
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return contains(list, host);
}

function contains(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
