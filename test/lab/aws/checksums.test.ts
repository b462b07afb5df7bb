// The check values that the algorithms' definitions give for "123456789".

import { expect, test } from 'vitest';
import { createChecksum } from '../../../src/lab/aws/checksums.ts';

test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
] as const)('%s of "123456789" is its published check value', (algorithm, hex) => {
  const whole = createChecksum(algorithm);
  whole.update(Buffer.from('1234'));
  whole.update(Buffer.from('56789'));
  expect(Buffer.from(whole.value(), 'base64').toString('hex')).toBe(hex);
});
