// Schemas → validators. Those of the built-in schemas are compiled when drctl is built, each found by the digest of its
// schema: what is not found there, a plugin's for example, is compiled when it is needed.

import { createHash } from 'node:crypto';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { createAjv } from './ajv.ts';
import { precompiled } from './precompiled.ts';

export interface SchemaUse {
  readonly schema: object;
  /** Fill defaults into what is checked. */
  readonly useDefaults: boolean;
}

export function compileSchema(use: SchemaUse): ValidateFunction {
  return precompiled(schemaKey(use)) ?? createAjv(use).compile(use.schema);
}

/** By which the build stores a validator: 32 hex digits. */
export function schemaKey({ schema, useDefaults }: SchemaUse): string {
  const text = JSON.stringify([useDefaults, schema]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
