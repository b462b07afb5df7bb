import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/engine/language/redactor.ts';

describe('a redactor', () => {
  const secret = 'p@ss "w0rd"/ü+\\';
  const forms: readonly (readonly [form: string, text: string])[] = [
    ['plain', secret],
    ['JSON', JSON.stringify({ a: secret }).slice(6, -2)],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['URL', encodeURIComponent(secret)],
    ['form', encodeURIComponent(secret).replaceAll('%20', '+')],
  ];
  it.each(forms)('masks a value in its %s form', (_form, text) => {
    expect(createRedactor([secret]).maskText(`<${text}>`)).toBe('<(sensitive)>');
  });

  it('masks in keys and values at any depth, and leaves the rest alone', () => {
    const masked = createRedactor(['hunter2']).mask({
      'k-hunter2': [{ a: 'x hunter2 y', b: 2, c: null }],
    });
    expect(masked).toEqual({ 'k-(sensitive)': [{ a: 'x (sensitive) y', b: 2, c: null }] });
  });

  it('gives back itself what holds no secret, and changes nothing of what it was given', () => {
    const redactor = createRedactor(['hunter2', '7']);
    const plain = { a: ['x', 1, null, { b: true }], c: {}, d: [] };
    expect(redactor.mask(plain)).toBe(plain);
    const given = { plain, number: [7], key: { hunter2: 1 } };
    const masked = redactor.mask(given);
    expect(masked).toEqual({ plain, number: ['(sensitive)'], key: { '(sensitive)': 1 } });
    expect(masked.plain).toBe(plain);
    expect(given).toEqual({ plain, number: [7], key: { hunter2: 1 } });
  });

  it('masks a pre-signed URL that nobody told it of, also JSON-escaped in a server’s message', () => {
    const redactor = createRedactor();
    const url = 'https://s3.example.com/b/k?X-Amz-Expires=60&X-Amz-Signature=0a1b';
    expect(redactor.mask([`got "${url}".`, url.replaceAll('&', '\\u0026')])).toEqual([
      'got "(sensitive)".',
      '(sensitive)',
    ]);
    expect(redactor.maskText('https://s3.example.com/b/k?x=1')).toBe(
      'https://s3.example.com/b/k?x=1',
    );
  });

  it('masks a short value only where it is the whole string', () => {
    const redactor = createRedactor(['ab', '7']);
    expect(redactor.mask(['ab', 'abc', 'x7', 7, 17])).toEqual([
      '(sensitive)',
      'abc',
      'x7',
      '(sensitive)',
      17,
    ]);
  });

  it('masks the longer of two values that begin alike, whatever the order they came in', () => {
    for (const values of [
      ['secret', 'secret-long'],
      ['secret-long', 'secret'],
    ]) {
      expect(createRedactor(values).maskText('a secret-long b secret')).toBe(
        'a (sensitive) b (sensitive)',
      );
    }
  });

  it('masks single lines of a value of several lines', () => {
    const key =
      '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nAoIBAQC7VJTUt9Us8cKjMzEf\n-----END KEY-----';
    expect(createRedactor([key]).maskText('  MIIEvQIBADANBgkqhkiG9w0BAQ')).toBe('  (sensitive)');
  });

  it('ignores the empty value, which would mask everything', () => {
    expect(createRedactor(['']).mask({ a: '', b: 'x' })).toEqual({ a: '', b: 'x' });
  });

  it('leaves no trace of any value, whatever the value and the text around it', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 3 });
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (value, before, after) => {
        // The mask itself may hold a value such as "(se".
        fc.pre(!'(sensitive)'.includes(value));
        const redactor = createRedactor([value]);
        const masked = redactor.maskText(`${before}${value}${after}`).split('(sensitive)');
        expect(masked.some((part) => part.includes(value))).toBe(false);
        expect(masked.length).toBeGreaterThan(1);
      }),
    );
  });
});
