// drctl schema.

import { runbookSchema, savedPlanSchema } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';

export async function printSchema(args: { readonly of: string }, cli: Cli): Promise<number> {
  const schema = args.of === 'plan' ? savedPlanSchema() : runbookSchema(builtinRegistry());
  cli.output.result(JSON.stringify(schema, null, 2));
  cli.output.event('schema', { schema });
  return 0;
}
