// drctl schema.

import { runbookSchema } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';

export async function printSchema(cli: Cli): Promise<number> {
  const schema = runbookSchema(builtinRegistry());
  cli.output.result(JSON.stringify(schema, null, 2));
  cli.output.event('schema', { schema });
  return 0;
}
