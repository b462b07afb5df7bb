// The validators that the build made (scripts/build/validators.mjs puts another module in this one's place). The sources
// have none: tests compile their schemas.

import type { ValidateFunction } from 'ajv/dist/2020.js';

/** By `schemaKey`. */
export function precompiled(_key: string): ValidateFunction | undefined {
  return undefined;
}
