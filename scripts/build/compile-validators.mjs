// Bundled and run by the build: the sources it imports are TypeScript.

import standaloneCode from 'ajv/dist/standalone/index.js';
import { builtinActions } from '../../src/actions/index.ts';
import { everySchema } from '../../src/engine/every-schema.ts';
import { createRegistry } from '../../src/engine/index.ts';
import { createAjv } from '../../src/engine/language/ajv.ts';
import { schemaKey } from '../../src/engine/language/compile-schema.ts';

/** Key → the text of a CommonJS module that exports the validator. */
export function compileValidators() {
  return new Map(
    everySchema(createRegistry(builtinActions)).map((use) => {
      const ajv = createAjv({ useDefaults: use.useDefaults, code: { source: true } });
      return [schemaKey(use), standaloneCode.default(ajv, ajv.compile(use.schema))];
    }),
  );
}
