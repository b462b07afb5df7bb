// Text that is collected as bytes: what comes out is what went in, however it was cut and however often the blocks are used.

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCollectedText } from '../../../src/actions/k8s/support/collected-text.ts';
import type { CollectedText } from '../../../src/actions/k8s/support/collected-text.ts';

const textOf = (collected: CollectedText): string =>
  Buffer.concat(collected.chunks()).toString('utf8');

const pieces = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60_000 }))
      .map(([text, times]) => text.repeat(times)),
  ),
  { maxLength: 12 },
);

it('comes out as it went in, also in blocks that held something else before', () => {
  const collected = createCollectedText();
  fc.assert(
    fc.property(pieces, (texts) => {
      collected.clear();
      for (const text of texts) collected.append(text);
      const whole = texts.join('');
      expect(textOf(collected)).toBe(whole);
      expect(collected.sizeBytes).toBe(Buffer.byteLength(whole));
    }),
    { numRuns: 60 },
  );
});

it('takes one piece that is longer than any block', () => {
  const collected = createCollectedText();
  for (const text of ['a', 'é'.repeat(3_000_000), 'b']) collected.append(text);
  expect(textOf(collected)).toBe(`a${'é'.repeat(3_000_000)}b`);
});
