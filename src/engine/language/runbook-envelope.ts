// The shape of a runbook as JSON Schema, all but the parameters of actions. One source for the loader's checks and for
// the published schema; the sentences here are what an editor shows.

import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import { Duration } from '../contracts/schema-types.ts';
import type { JsonObject } from '../contracts/json.ts';
import { envDeclaration, impact, lock, outage } from './declaration-envelope.ts';
import { optional, strict, text } from './envelope-parts.ts';
import { approvalFields } from './phase-envelope.ts';
import { targetSchema } from './target-envelope.ts';

export const runbookApiVersion = 'drctl.dev/v1';

/** What phases, steps, checks and prefixes may be called. No dots: they separate a prefix from an included step. */
export const idPattern = '^(?!outputs$)[A-Za-z][A-Za-z0-9_-]{0,62}$';

const idText =
  'A name of letters, digits, - and _, at most 63, beginning with a letter (not "outputs")';

const id = (of: string): TSchema =>
  Type.String({ pattern: idPattern, description: `${of}. ${idText}` });
const cel = (description: string): TSchema =>
  Type.String({ description: `${description} (CEL)`, minLength: 1, 'x-drctl': 'cel' });
const withValues = Type.Unsafe<JsonObject>({
  type: 'object',
  description: 'The parameters of the action; strings are Handlebars templates',
});

const whenNot = optional(
  text('Why that is so, for people: shown in place of the expression; plain text'),
);

const checkFields = {
  id: id('Name of the check'),
  when: optional(cel('Evaluated first; false: the check is left out')),
  whenNot,
  message: optional(text('What to tell the person when it does not hold')),
  remedy: optional(
    text('What the person can do about it: a command, or what to change. A template, like message'),
  ),
  severity: optional(
    Type.Enum(['error', 'warning'], {
      description: 'warning: shown, and nothing is refused',
      default: 'error',
    }),
  ),
  timeout: optional(Duration({ description: 'How long the check may take', default: '2m' })),
};

const preconditionFields = {
  ...checkFields,
  needs: optional(
    Type.Array(Type.String(), {
      description:
        'Preconditions above it without which it says nothing: where one of them does not hold, this one is not looked at',
    }),
  ),
};

const guardFields = {
  ...checkFields,
  whenUnavailable: optional(
    Type.Enum(['refuse', 'approve'], {
      description:
        'When its target was given up. refuse: it does not hold; approve: it is left out once a person has confirmed that the target is gone',
      default: 'refuse',
    }),
  ),
};

const retry = Type.Object(
  {
    attempts: optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'All tries together', default: 3 }),
    ),
    initialDelay: optional(Duration({ description: 'Before the second try', default: '1s' })),
    factor: optional(
      Type.Number({
        minimum: 1,
        maximum: 10,
        description: 'Each delay is longer by this',
        default: 2,
      }),
    ),
    maxDelay: optional(Duration({ description: 'No delay is longer', default: '30s' })),
    jitter: optional(Type.Boolean({ description: 'Delays vary by chance', default: true })),
  },
  { ...strict, description: 'What happens after an error that a later try may not meet' },
);

const rollbackFields = {
  title: optional(text('What the step does, for people; plain text')),
  timeout: optional(Duration({ description: 'For one attempt', default: '10m' })),
  retry: optional(retry),
};

const stepFields = {
  id: id('Name of the step, unique in the runbook'),
  ...rollbackFields,
  needs: optional(
    Type.Array(Type.String(), {
      description: 'Steps that must end first; only where no reference to their outputs shows it',
    }),
  ),
  when: optional(cel('Evaluated when the step is about to begin; false: it is skipped')),
  whenNot,
  forEach: optional(cel('Gives a list; the step is carried out once for each item')),
  key: optional(cel('Names an instance of forEach, from `item`; its index when absent')),
  onFailure: optional(
    Type.Enum(['stop', 'continue', 'rollback'], {
      description:
        'stop: nothing new starts; continue: dependents go on; rollback: the run is undone',
      default: 'stop',
    }),
  ),
  deferUndo: optional(
    Type.Boolean({
      description: 'Undone when its phase ends, whatever the outcome',
      default: false,
    }),
  ),
  whenUnavailable: optional(
    text('What is left open when it is skipped because its target was given up; plain text'),
  ),
};

const include = Type.Object(
  {
    include: text('Path of a file of kind Steps, from the folder of this file'),
    as: optional(id('Its steps are called PREFIX.id; the file’s base name when absent')),
    with: optional(
      Type.Unsafe<JsonObject>({
        type: 'object',
        description: 'Values for its params; templates over env, vars and run',
      }),
    ),
    needs: optional(
      Type.Array(Type.String(), { description: 'Steps that all of its steps wait for' }),
    ),
  },
  strict,
);

const metadata = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
      description: 'Lower case, digits and -',
    }),
    version: Type.String({
      pattern: '^\\d+\\.\\d+\\.\\d+(?:[-+][0-9A-Za-z.+-]+)?$',
      description: 'Semantic version of this runbook, for example 1.0.0',
    }),
    description: optional(text('What it is for')),
  },
  strict,
);

/** How steps and checks name their action: the loader takes any text and looks it up, the published schema lists them. */
export interface ActionSchemas {
  step(fields: Readonly<Record<string, TSchema>>): TSchema;
  undoStep(fields: Readonly<Record<string, TSchema>>): TSchema;
  check(fields: Readonly<Record<string, TSchema>>): TSchema;
  guard(fields: Readonly<Record<string, TSchema>>): TSchema;
}

const anyAction = (fields: Readonly<Record<string, TSchema>>): TSchema =>
  Type.Object(
    { ...fields, action: text('Name of the action, area.verb'), with: optional(withValues) },
    strict,
  );

/** For the loader: the parameters of actions are checked on their own. */
export const anyActions: ActionSchemas = {
  step: anyAction,
  undoStep: anyAction,
  check: anyAction,
  guard: anyAction,
};

export function runbookEnvelope(actions: ActionSchemas): TSchema {
  const check = actions.check(preconditionFields);
  const guard = actions.guard(guardFields);
  const step = Type.Union([actions.step(stepFields), include]);
  const phase = Type.Object(
    {
      id: id('Name of the phase'),
      title: optional(text('What the phase is for')),
      pointOfNoReturn: optional(
        Type.Boolean({
          description: 'Nothing in or after it is rolled back without --force',
          default: false,
        }),
      ),
      ...approvalFields,
      guards: optional(
        Type.Array(guard, {
          description: 'Evaluated again right before each changing step of the phase',
        }),
      ),
      steps: Type.Array(step, {
        minItems: 1,
        description: 'Parallel, but for what needs or refers to each other',
      }),
    },
    strict,
  );
  const undoStep = actions.undoStep({
    id: optional(id('Name of the undo step')),
    ...rollbackFields,
    when: optional(cel('Evaluated when the undo step is about to begin; false: it is left out')),
    whenNot,
  });
  return Type.Object(
    {
      apiVersion: Type.Literal(runbookApiVersion),
      kind: Type.Literal('Runbook'),
      metadata,
      env: optional(names('^[A-Za-z_][A-Za-z0-9_]*$', envDeclaration)),
      vars: optional(names('^[A-Za-z_][A-Za-z0-9_]*$', Type.Unknown())),
      targets: optional(names(idPattern, targetSchema)),
      locks: optional(
        Type.Array(lock, { description: 'What no second run may work on at the same time' }),
      ),
      outages: optional(
        Type.Array(outage, {
          description:
            'What is out of use for a while; a plan says for how long it was in earlier runs',
        }),
      ),
      impact: optional(
        Type.Array(impact, {
          description:
            'What a plan says of the run as a whole, computed over all that it would change',
        }),
      ),
      preconditions: optional(
        Type.Array(check, { description: 'Evaluated by plan, and again at the start of apply' }),
      ),
      phases: Type.Array(phase, {
        minItems: 1,
        description: 'In order; a phase starts when the one before has ended',
      }),
      rollback: optional(
        Type.Record(Type.String(), Type.Array(undoStep), {
          description: 'Step → the steps that undo it, in order, in place of its action’s own undo',
        }),
      ),
    },
    strict,
  );
}

/** A file that runbooks include. */
export function stepsEnvelope(actions: ActionSchemas): TSchema {
  const param = Type.Object(
    {
      description: optional(text('What the value is, for people')),
      required: optional(Type.Boolean({ default: false })),
      default: optional(Type.Unknown()),
    },
    strict,
  );
  return Type.Object(
    {
      apiVersion: Type.Literal(runbookApiVersion),
      kind: Type.Literal('Steps'),
      metadata: optional(
        Type.Object(
          { name: optional(text('Name')), description: optional(text('What it is for')) },
          strict,
        ),
      ),
      params: optional(names('^[A-Za-z_][A-Za-z0-9_]*$', param)),
      steps: Type.Array(Type.Union([actions.step(stepFields), include]), { minItems: 1 }),
    },
    strict,
  );
}

function names(pattern: string, value: TSchema): TSchema {
  return Type.Unsafe({ type: 'object', propertyNames: { pattern }, additionalProperties: value });
}
