// What every part of the runbook's schema is made of.

import { Type } from 'typebox';
import type { TSchema } from 'typebox';

/** No key beside those that are named. */
export const strict = { additionalProperties: false } as const;

export const text = (description: string): TSchema => Type.String({ description, minLength: 1 });
export const optional = (schema: TSchema): TSchema => Type.Optional(schema);
