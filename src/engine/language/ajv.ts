// The library that compiles JSON Schemas. Loading it, and compiling, takes longer than all else that a short command does:
// see `compileSchema`.

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Options } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

/** The one way validators are set up. `strict` is off because schemas carry our own `x-drctl` annotations. */
export function createAjv(options: Pick<Options, 'useDefaults' | 'code'>): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, ...options });
  ajvFormats.default(ajv);
  return ajv;
}
