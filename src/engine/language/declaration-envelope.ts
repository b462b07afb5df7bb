// What stands before the phases, in the runbook's schema: values from outside, locks, outages, impact.

import { Type } from 'typebox';
import { optional, strict, text } from './envelope-parts.ts';

export const envDeclaration = Type.Object(
  {
    description: optional(text('What the value is, for people')),
    required: optional(
      Type.Boolean({ description: 'The run is refused without it', default: false }),
    ),
    sensitive: optional(
      Type.Boolean({
        description: 'Masked in every output, log, journal and report',
        default: false,
      }),
    ),
    type: optional(
      Type.Enum(['string', 'integer', 'number', 'boolean', 'file'], {
        description: 'What the text is turned into; file: the path of a file that can be read',
        default: 'string',
      }),
    ),
    pattern: optional(text('RE2 regular expression that the text must match')),
    enum: optional(Type.Array(Type.Unknown(), { minItems: 1, description: 'The allowed values' })),
    default: optional(Type.Unknown({ description: 'Taken when nothing else gives a value' })),
  },
  { ...strict, description: 'A value from --set, the process environment or an env file' },
);

export const lock = Type.Object(
  {
    target: text('Name of a target of type kubernetes'),
    namespace: text('Namespace of the Lease'),
    name: text('Name of the Lease'),
  },
  strict,
);

export const outage = Type.Object(
  {
    title: text('What nobody can use meanwhile: "the hosted API is away"'),
    from: text('The step with whose beginning it begins'),
    until: text('The step with whose end it ends'),
  },
  strict,
);

export const impact = Type.Object(
  {
    title: text('What is counted: "EC2 instances that may be affected"'),
    value: Type.String({
      description:
        'CEL over `changes` (step, phase, action, operation, target, object, risk, fields, params), beside env, vars, steps and run; a number, a text or a list',
      minLength: 1,
      'x-drctl': 'cel',
    }),
    mustBe: optional(
      Type.Unknown({ description: 'The plan cannot be applied when it is anything else' }),
    ),
  },
  strict,
);
