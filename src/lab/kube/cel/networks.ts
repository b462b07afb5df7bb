/*
 * IP addresses and CIDR blocks in CEL rules, as k8s.io/apiserver/pkg/cel/library reads them: no zones, no
 * IPv4 addresses in the clothes of IPv6, no leading zeros.
 */
import { isIP } from 'node:net';

/** An address that was accepted. */
export class CelAddress {
  readonly text: string;
  readonly family: 4 | 6;

  constructor(text: string, family: 4 | 6) {
    this.text = text;
    this.family = family;
  }
}

/** An address with the length of its network's prefix. */
export class CelBlock {
  readonly address: CelAddress;
  readonly prefixLength: number;

  constructor(address: CelAddress, prefixLength: number) {
    this.address = address;
    this.prefixLength = prefixLength;
  }
}

/** undefined: no address. */
export function parseAddress(text: string): CelAddress | undefined {
  const family = isIP(text);
  if (family === 4) return new CelAddress(text, 4);
  if (family !== 6 || text.includes('%')) return undefined;
  return isMapped(text) ? undefined : new CelAddress(text, 6);
}

/** ::ffff:a.b.c.d, however it is written: the URL parser knows the one canonical form. */
function isMapped(text: string): boolean {
  return /^\[::ffff:[\da-f]+:[\da-f]+\]$/.test(new URL(`http://[${text}]`).hostname);
}

/** undefined: no block. */
export function parseBlock(text: string): CelBlock | undefined {
  const [, before = '', bits = ''] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = bits === '' ? undefined : parseAddress(before);
  if (address === undefined) return undefined;
  const length = Number(bits);
  return length <= (address.family === 4 ? 32 : 128) ? new CelBlock(address, length) : undefined;
}
