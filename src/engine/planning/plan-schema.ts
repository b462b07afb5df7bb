// The JSON Schema of a plan, for saved ones and their documentation. More members than these are always allowed: format 1
// may gain some, and an older drctl must still read what it knows.

import { Type } from 'typebox';
import type { TSchema } from 'typebox';

const text = (description: string): TSchema => Type.String({ description });
const flag = (description: string): TSchema => Type.Boolean({ description });
const optional = Type.Optional;
export const texts = (description: string): TSchema => Type.Array(Type.String(), { description });
export const values = (description: string): TSchema =>
  Type.Unsafe({ type: 'object', description });
export const digest = (description: string): TSchema =>
  Type.String({ description, pattern: '^sha256:[0-9a-f]{64}$' });
export const time = (description: string): TSchema =>
  Type.String({ description, format: 'date-time' });

const risk = Type.Enum(['safe', 'disruptive', 'destructive'], {
  description: 'How much it disturbs; destructive: it cannot be made good by doing it backwards',
});

const error = Type.Object(
  {
    code: text('A code of docs/failures.md, or BUG'),
    message: text('What failed'),
    hint: optional(text('What to do')),
    causes: optional(texts('Where it comes from, outermost first')),
  },
  { description: 'Why it could not be told' },
);

const on = Type.Object(
  {
    target: text('The runbook’s name of the connection'),
    object: text('What is touched there: "NodePool clusters/np-1", "s3://bucket/key"'),
  },
  { description: 'What is touched' },
);

const field = Type.Object({
  path: text('Dotted: "spec.replicas"'),
  before: optional(Type.Unknown({ description: 'Absent: the field is not there' })),
  after: optional(Type.Unknown({ description: 'Absent: the field goes away' })),
});

const change = Type.Union([
  Type.Object({
    kind: Type.Literal('none'),
    because: text('Why nothing is to be done'),
  }),
  Type.Object({
    kind: Type.Enum(['create', 'update', 'delete']),
    on,
    fields: Type.Array(field, { description: 'What changes in it' }),
    risk,
  }),
  Type.Object({
    kind: Type.Literal('run'),
    on,
    summary: text('Work that is no difference of fields, in a sentence'),
    risk,
  }),
  Type.Object({
    kind: Type.Literal('later'),
    waitsFor: texts('Steps after which it is known; none: when its turn comes'),
  }),
]);

const instance = Type.Object({
  id: text('The step’s id, or "step[key]" for one item of its forEach'),
  params: values('Rendered and masked; "(known after STEP)" where a value is not known yet'),
  changes: Type.Array(change, { description: 'What it would do, object by object' }),
  observed: Type.Array(
    Type.Object({
      object: text('"source: NodePool clusters/np-1"'),
      id: optional(text('uid or version id')),
      digest: text('Of the fields that were looked at'),
    }),
    { description: 'What it looked at, as digests' },
  ),
  notes: texts('Sentences for who reads the plan'),
  error: optional(error),
});

const fate = Type.Union([
  Type.Object({
    kind: Type.Literal('planned'),
    instances: Type.Array(instance),
  }),
  Type.Object({ kind: Type.Literal('skipped'), because: text('Why it is left out') }),
  Type.Object({
    kind: Type.Literal('later'),
    waitsFor: texts('Steps after which it is known what it would do'),
    targets: optional(texts('Targets that it names')),
    params: optional(values('As far as they are known')),
  }),
]);

const step = Type.Object({
  id: text('Unique in the runbook'),
  title: text('For people'),
  action: text('See docs/actions.md'),
  actionVersion: Type.Integer({ description: 'The action’s version that made this plan' }),
  effect: Type.Enum(['read', 'change', 'destroy'], { description: 'What the action may do' }),
  needs: texts('Steps whose end it waits for'),
  deferUndo: flag('It is undone when its phase ends'),
  fate,
  risk,
});

const check = Type.Object({
  id: text('Of the precondition or guard'),
  verdict: Type.Enum(['holds', 'fails', 'skipped', 'later'], { description: 'How it stood' }),
  severity: Type.Enum(['error', 'warning'], { description: 'Whether it refuses the run' }),
  message: optional(text('Why it fails, is skipped, or cannot be told yet')),
  remedy: optional(text('What a person can do about it, in the runbook’s words')),
  unavailable: optional(text('Skipped because this target was given up')),
  confirmable: optional(flag('A person may answer in its place')),
  restsOn: optional(text('Skipped because this precondition does not hold')),
  error: optional(error),
});

const phase = Type.Object({
  id: text('Unique in the runbook'),
  title: text('For people'),
  pointOfNoReturn: flag('From here on a rollback needs --force'),
  approval: Type.Enum(['none', 'required'], { description: 'Whether a person is asked first' }),
  approvals: optional(
    Type.Integer({ minimum: 1, description: 'How many different people; absent: one' }),
  ),
  confirm: optional(
    Type.Object(
      {
        message: text('What they are asked'),
        typed: optional(text('What has to be typed to say yes')),
      },
      { description: 'The question in the runbook’s words' },
    ),
  ),
  guards: Type.Array(check, { description: 'How they stood; asked again before each step' }),
  steps: Type.Array(step, { description: 'In a valid order' }),
});

const selection = Type.Object(
  {
    choice: Type.Object(
      {
        phases: texts('Only these phases; none: all'),
        only: texts('Only these steps; none: all'),
        from: optional(text('The first step')),
        until: optional(text('The last step')),
        skip: texts('Steps that are left out by name'),
        reason: optional(text('Why steps are skipped')),
        by: optional(text('Who skips them: "user@host"')),
      },
      { description: 'What was asked for' },
    ),
    leftOut: values('Step → why it is not carried out, as a sentence'),
    kept: texts('Reading steps that are carried out because what is chosen needs them'),
  },
  { description: 'A part of the runbook; absent: the whole' },
);

const problem = Type.Object({
  severity: Type.Enum(['error', 'warning']),
  message: text('What is to be known'),
});

export const runbookIdentity = Type.Object(
  {
    name: text('metadata.name'),
    version: text('metadata.version'),
    digest: digest('Over the texts of all its files'),
    path: text('Where it lay, absolute'),
  },
  { description: 'Which runbook was planned' },
);

const impact = Type.Object({
  title: text('What is counted'),
  value: optional(Type.Unknown({ description: 'Absent: not known' })),
  mustBe: optional(Type.Unknown({ description: 'What it must be' })),
  refuses: flag('For this the plan cannot be applied'),
  because: optional(text('Why it is not known')),
});

/** Of Plan in contracts/plan.ts. */
export const planSchema = Type.Object(
  {
    format: Type.Literal(1, { description: 'Of this object' }),
    drctl: text('Version of drctl'),
    createdAt: time('When it was made'),
    runbook: runbookIdentity,
    envDigest: digest('Over all values that are not sensitive'),
    offline: flag('Made without looking at the world; never true in a saved plan'),
    unavailable: texts('Targets that were given up'),
    selection: optional(selection),
    warnings: Type.Array(problem, { description: 'What the whole plan is to be read under' }),
    preconditions: Type.Array(check, { description: 'What must hold before anything is begun' }),
    phases: Type.Array(phase, { description: 'In the order in which they run' }),
    outages: optional(
      Type.Array(
        Type.Object({
          title: text('What nobody can use meanwhile'),
          from: text('The step with whose beginning it begins'),
          until: text('The step with whose end it ends'),
        }),
        { description: 'What is out of use for a while, where its first step is carried out' },
      ),
    ),
    impact: optional(
      Type.Array(impact, {
        description: 'What the runbook computes over all that would be changed',
      }),
    ),
    canApply: flag(
      'No precondition fails, every step could be planned, and the impact is what it must be',
    ),
  },
  { description: 'What would be done; everything in it is masked' },
);
