// What a credential plugin prints, checked. Problems are told without a word of what it printed.

import type { JsonObject } from '../../engine/index.ts';
import { isObject } from './kubeconfig-files.ts';
import { isToken } from './token-file.ts';

export interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  /** Milliseconds since 1970; undefined: good until the server refuses it. */
  readonly until: number | undefined;
}

/** A text says what is wrong. */
export function readExecCredential(printed: string, apiVersion: string): ExecCredential | string {
  let value: unknown;
  try {
    value = JSON.parse(printed);
  } catch {
    // The parser's message quotes what it could not read.
    return printed.trim() === '' ? 'it printed nothing' : 'what it printed is not JSON';
  }
  if (!isObject(value) || value['kind'] !== 'ExecCredential') {
    return 'what it printed is not an ExecCredential';
  }
  if (value['apiVersion'] !== apiVersion) {
    return `it printed another apiVersion than the kubeconfig names (${apiVersion})`;
  }
  return readStatus(isObject(value['status']) ? value['status'] : {});
}

function readStatus(status: JsonObject): ExecCredential | string {
  const token = textOf(status['token'])?.trim();
  const cert = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if ((cert === undefined) !== (key === undefined)) {
    return 'it printed a certificate without its key, or a key without its certificate';
  }
  const certificate = cert === undefined || key === undefined ? undefined : { cert, key };
  if (token === undefined && certificate === undefined) {
    return 'it printed neither a token nor a certificate';
  }
  if (token !== undefined && !isToken(token)) return 'its token holds characters that no token has';
  const expires = textOf(status['expirationTimestamp']);
  const until = expires === undefined ? undefined : Date.parse(expires);
  return Number.isNaN(until)
    ? 'its expirationTimestamp is not a time'
    : { token, certificate, until };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
