// Parameters that the DNS actions share, and the one spelling of names: lower case, without the final dot.

import { Type } from 'typebox';
import { TargetName } from '../../../engine/index.ts';
import type { DnsRecordSet } from '../../ports.ts';

export const zoneParams = {
  target: TargetName('aws'),
  zone: Type.String({ description: 'Id of the Route53 hosted zone', minLength: 1 }),
};

/** How external-dns names its TXT ownership records; HyperShift installs it with the suffix "-external-dns". */
export const namingParams = {
  txtSuffix: Type.Optional(
    Type.String({ description: 'external-dns --txt-suffix', default: '-external-dns' }),
  ),
  txtPrefix: Type.Optional(Type.String({ description: 'external-dns --txt-prefix', default: '' })),
};

export interface TxtNaming {
  readonly prefix: string;
  readonly suffix: string;
}

export function namingOf(params: {
  readonly txtSuffix?: string;
  readonly txtPrefix?: string;
}): TxtNaming {
  return { prefix: params.txtPrefix ?? '', suffix: params.txtSuffix ?? '-external-dns' };
}

export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The types that say where a name leads. */
export function isAddress({ type }: DnsRecordSet): boolean {
  return type === 'A' || type === 'AAAA' || type === 'CNAME';
}

export function recordKey({ name, type, setIdentifier }: DnsRecordSet): string {
  return [name, type, ...(setIdentifier === undefined ? [] : [setIdentifier])].join(' ');
}
