// The JSON Schema of runbooks, for editors: the envelope, and for each action its parameters. Made from the registry, so
// that plugins' actions join in.

import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import type { Action, Ports } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Registry } from '../contracts/registry.ts';
import { relaxInside } from './relax-schema.ts';
import { runbookEnvelope, stepsEnvelope } from './runbook-envelope.ts';
import type { ActionSchemas } from './runbook-envelope.ts';

/** Draft 2020-12. A template may stand wherever a parameter is not free text. */
export function runbookSchema<P extends Ports>(registry: Registry<P>): JsonObject {
  const shared: Record<string, TSchema> = {};
  const share = (name: string, schema: () => TSchema): TSchema => {
    shared[name] ??= schema();
    return Type.Unsafe({ $ref: `#/$defs/${name}` });
  };
  const reading = registry.actions.filter(({ effect }) => effect === 'read');
  const actions: ActionSchemas = {
    step: (fields) => share('step', () => stepSchema(fields, registry.actions)),
    undoStep: (fields) => share('undoStep', () => stepSchema(fields, registry.actions)),
    check: (fields) => share('check', () => stepSchema(fields, reading)),
    guard: (fields) => share('guard', () => stepSchema(fields, reading)),
  };
  const files = { Runbook: runbookEnvelope(actions), Steps: stepsEnvelope(actions) };
  const parameters = registry.actions.map(({ name, params }): [string, Json] => [
    name,
    relaxInside(params as unknown as JsonObject),
  ]);
  // Through JSON, so that what is returned is plain data and not TypeBox's objects.
  return JSON.parse(
    JSON.stringify({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'drctl runbook',
      if: { properties: { kind: { const: 'Steps' } }, required: ['kind'] },
      // eslint-disable-next-line unicorn/no-thenable -- "then" is a keyword of JSON Schema
      then: { $ref: '#/$defs/Steps' },
      else: { $ref: '#/$defs/Runbook' },
      $defs: {
        ...files,
        ...shared,
        with: { $defs: Object.fromEntries(parameters) },
      },
    }),
  ) as JsonObject;
}

function stepSchema<P extends Ports>(
  fields: Readonly<Record<string, TSchema>>,
  actions: readonly Action<P>[],
): TSchema {
  const action = Type.Unsafe<string>({
    anyOf: actions.map(({ name, summary }) => ({ const: name, description: summary })),
  });
  return Type.Object(
    { ...fields, action, with: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object' })) },
    {
      additionalProperties: false,
      allOf: actions.map(({ name, params }) => ({
        if: { properties: { action: { const: name } }, required: ['action'] },
        // eslint-disable-next-line unicorn/no-thenable -- "then" is a keyword of JSON Schema
        then: {
          properties: { with: { $ref: `#/$defs/with/$defs/${name}` } },
          ...(hasRequired(params) ? { required: ['with'] } : {}),
        },
      })),
    },
  );
}

function hasRequired(schema: TSchema): boolean {
  const { required } = schema as unknown as JsonObject;
  return Array.isArray(required) && required.length > 0;
}
