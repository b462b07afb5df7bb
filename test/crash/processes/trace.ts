// One line for every process of an exploration, into the file that DRCTL_TEST_TRACE names: where a long one has got to.

import { appendFileSync } from 'node:fs';

export function trace(line: string): void {
  const file = process.env['DRCTL_TEST_TRACE'];
  if (file !== undefined) appendFileSync(file, `${line}\n`);
}
