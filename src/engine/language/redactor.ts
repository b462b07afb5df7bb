// Masks secrets by value, and pre-signed URLs by their form, in everything that leaves the process: printed, logged, journaled, reported. A value is also
// found in the forms in which it travels: inside JSON text, base64, and URLs.

import { hiddenText } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

export interface Redactor {
  add(value: string): void;
  maskText(text: string): string;
  /** Strings anywhere inside, keys too. What holds no secret is given back itself: most does not, and some is large. */
  mask<T extends Json>(value: T): T;
}

const mask = hiddenText;

/**
 * A pre-signed URL is as good as the credentials that signed it, also when it comes back out of an object that another
 * process wrote. Servers' messages may hold it JSON-escaped ("\\u0026" for "&").
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
const signedUrl = /https?:\/\/[^\s"'<>]*X-Amz-Signature=[^\s"'<>]*/gi;

/** Masking "1" or "ab" everywhere would make all output unreadable, so these count only as a whole string. */
const shortestSubstring = 3;

/** The same values give the same output whatever the order of `add`: longer forms are replaced first. */
export function createRedactor(values: Iterable<string> = []): Redactor {
  const whole = new Set<string>();
  const forms = new Set<string>();
  let pattern: RegExp | undefined;

  const add = (value: string): void => {
    if (value === '' || whole.has(value)) return;
    whole.add(value);
    for (const form of formsOf(value)) {
      if (form.length >= shortestSubstring) forms.add(form);
      else whole.add(form);
    }
    pattern = undefined;
  };
  for (const value of values) add(value);

  const maskText = (original: string): string => {
    if (whole.has(original)) return mask;
    const text = original.includes('://') ? original.replace(signedUrl, mask) : original;
    if (forms.size === 0) return text;
    pattern ??= new RegExp(
      [...forms]
        .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
        .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
        .join('|'),
      'g',
    );
    return text.replace(pattern, mask);
  };

  const maskValue = (value: Json): Json => {
    if (typeof value === 'string') return maskText(value);
    if (typeof value === 'number') return whole.has(String(value)) ? mask : value;
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) {
      const items = value as readonly Json[];
      const masked = items.map(maskValue);
      return masked.every((item, index) => item === items[index]) ? value : masked;
    }
    const entries = Object.entries(value as JsonObject);
    const masked = entries.map(([key, item]) => [maskText(key), maskValue(item)] as const);
    const isSame = masked.every(
      ([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1],
    );
    return isSame ? value : Object.fromEntries(masked);
  };

  return {
    add,
    maskText,
    // Masking replaces strings by strings, except for numbers that are secrets themselves.
    mask: <T extends Json>(value: T) => maskValue(value) as T,
  };
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeUrl(value),
    encodeUrl(value).replaceAll('%20', '+'),
    ...linesOf(value),
  ];
  return [...new Set(forms)].filter((form) => form !== '');
}

/** encodeURIComponent throws on lone surrogates, which a secret may hold after a bad decoding. */
function encodeUrl(value: string): string {
  return encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8'));
}

/** Text with a multi-line secret (a key file) may be cut or indented line by line. Short lines are not telling. */
function linesOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  return lines.length < 2
    ? []
    : lines.filter((line) => line.length >= 16 && !/^-----.*-----$/.test(line));
}
