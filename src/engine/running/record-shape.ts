// The shape of what a journal and a run's header may hold, as far as drctl relies on it: what is read was written by
// some drctl, perhaps a newer one, and perhaps touched by hand since. More members than these are always allowed.

import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import type { JournalEvent } from '../contracts/journal-event.ts';
import type { Json } from '../contracts/json.ts';
import { compileSchema } from '../language/compile-schema.ts';
import type { SchemaUse } from '../language/compile-schema.ts';
import { schemaProblems } from '../language/schema-problems.ts';

const text = Type.String();
const flag = Type.Boolean();
const number = Type.Integer();
const anything = Type.Unknown();
const object = Type.Unsafe({ type: 'object' });
const texts = Type.Array(text);
const attempt = Type.Integer({ minimum: 0 });
const operator = Type.Object({ user: text, host: text, pid: number });
const identity = Type.Object({ name: text, version: text, digest: text });
const instances = Type.Array(Type.Object({ key: text, item: anything }));
const approval = Type.Object({ by: text, at: text, how: text, digest: Type.Optional(text) });
const error = Type.Object({
  code: text,
  message: text,
  hint: Type.Optional(text),
  causes: Type.Optional(texts),
});
const moved = Type.Optional(Type.Array(Type.Object({ name: text, from: anything, to: anything })));
const waited = Type.Optional(Type.Object({ ms: number, for: text }));
const unavailable = Type.Optional(texts);
const scope = Type.Enum(['rollback', 'deferred']);
const sentences = Type.Record(text, text);
const on = Type.Object({ target: text, object: text });
const change = Type.Union([
  Type.Object({ kind: Type.Literal('none'), because: text }),
  Type.Object({
    kind: Type.Enum(['create', 'update', 'delete']),
    on,
    fields: Type.Array(Type.Object({ path: text })),
    risk: text,
  }),
  Type.Object({ kind: Type.Literal('run'), on, summary: text, risk: text }),
  Type.Object({ kind: Type.Literal('later'), waitsFor: texts }),
]);
const changes = Type.Array(change);
const step = Type.String({ minLength: 1 });

/** Of each event beside its type. */
const members: Readonly<Record<JournalEvent['type'], Readonly<Record<string, TSchema>>>> = {
  'run.started': {
    runId: text,
    runbook: identity,
    envDigest: text,
    drctl: text,
    by: operator,
    approval: Type.Optional(approval),
    leftOut: Type.Optional(sentences),
  },
  'run.resumed': {
    by: operator,
    drctl: text,
    moved,
    unavailable,
    again: Type.Optional(texts),
  },
  'run.interrupted': { because: text },
  'run.finished': { outcome: Type.Enum(['succeeded', 'failed', 'rolled-back', 'stuck']) },
  'cleanup.started': { by: operator, moved },
  'cleanup.finished': { outcome: Type.Enum(['clean', 'stuck']) },
  'phase.approved': {
    phase: text,
    approval,
    digest: Type.Optional(text),
    people: Type.Optional(texts),
  },
  'approval.given': { phase: text, approval, digest: text, reason: Type.Optional(text) },
  'target.given-up': { target: text, approval },
  'step.expanded': { step, instances },
  'step.skipped': { step, because: text },
  'step.refused': { step, error },
  'step.started': {
    step,
    attempt,
    action: text,
    actionVersion: number,
    params: object,
    changes,
  },
  'step.undo-recorded': { step, entries: object },
  'step.progressed': { step, cursor: anything },
  'step.succeeded': { step, attempt, outputs: Type.Union([object, Type.Null()]), waited },
  'step.failed': { step, attempt, error, willRetry: flag, waited },
  'step.probed': {
    step,
    found: Type.Enum(['done', 'not-done', 'unclear']),
    outputs: Type.Optional(object),
    because: Type.Optional(text),
  },
  'step.decided': {
    step,
    decision: Type.Enum(['retry', 'skip', 'mark-done']),
    reason: text,
    by: operator,
    outputs: Type.Optional(object),
    moved,
    probed: Type.Optional(Type.Object({ found: text, because: Type.Optional(text) })),
  },
  'rollback.started': {
    because: text,
    by: operator,
    to: Type.Optional(text),
    moved,
    unavailable,
    available: Type.Optional(texts),
  },
  'rollback.withdrawn': { error },
  'step.undo-started': { step, scope },
  'step.undone': { step, scope },
  'step.tidied': { step, error: Type.Optional(error) },
  'step.undo-impossible': { step, because: text },
  'step.undo-failed': { step, scope, error },
};

/** All that there are. */
export const eventTypes: readonly string[] = Object.keys(members);

const fate = Type.Union([
  Type.Object({
    kind: Type.Literal('planned'),
    instances: Type.Array(
      Type.Object({ id: text, params: object, changes, notes: texts, error: Type.Optional(error) }),
    ),
  }),
  Type.Object({ kind: Type.Literal('skipped'), because: text }),
  Type.Object({ kind: Type.Literal('later'), waitsFor: texts, params: Type.Optional(object) }),
]);
const check = Type.Object({ id: text, verdict: text, severity: text });
const plan = Type.Object({
  runbook: Type.Object({ ...identity.properties, path: text }),
  envDigest: text,
  offline: flag,
  unavailable: texts,
  selection: Type.Optional(
    Type.Object({
      choice: Type.Object({ phases: texts, only: texts, skip: texts }),
      leftOut: sentences,
      kept: texts,
    }),
  ),
  warnings: Type.Array(object),
  preconditions: Type.Array(check),
  phases: Type.Array(
    Type.Object({
      id: text,
      title: text,
      pointOfNoReturn: flag,
      approval: text,
      approvals: Type.Optional(number),
      confirm: Type.Optional(Type.Object({ message: text, typed: Type.Optional(text) })),
      guards: Type.Array(check),
      steps: Type.Array(
        Type.Object({ id: text, title: text, action: text, effect: text, needs: texts, fate }),
      ),
    }),
  ),
  canApply: flag,
});
const header = Type.Object({
  runId: text,
  createdAt: text,
  drctl: text,
  by: operator,
  runbook: identity,
  sources: Type.Array(Type.Object({ path: text, text })),
  env: object,
  sensitiveEnv: texts,
  envFiles: texts,
  unavailable: texts,
  plan,
});

/** Of each event, and of a header. */
function schemaOf(name: JournalEvent['type'] | 'header'): TSchema {
  return name === 'header' ? header : Type.Object(members[name]);
}

export function recordUses(): readonly SchemaUse[] {
  const names = [...eventTypes, 'header'] as readonly (JournalEvent['type'] | 'header')[];
  return names.map((name) => ({ schema: schemaOf(name), useDefaults: false }));
}

const compiled = new Map<string, ValidateFunction>();

function validatorOf(name: JournalEvent['type'] | 'header'): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const validate = compileSchema({ schema: schemaOf(name), useDefaults: false });
  compiled.set(name, validate);
  return validate;
}

function problemsOf(validate: ValidateFunction, value: unknown): readonly string[] {
  if (validate(value)) return [];
  return schemaProblems(validate.errors ?? [], value as Json).map(({ message }) => message);
}

/** What is wrong with an event. Nothing is said of a type that is not known: whether that may be there is for the fold. */
export function eventProblems(event: { readonly type: string }): readonly string[] {
  if (!Object.hasOwn(members, event.type)) return [];
  return problemsOf(validatorOf(event.type as JournalEvent['type']), event);
}

/** What is wrong with a header of format 1. */
export function headerProblems(value: unknown): readonly string[] {
  return problemsOf(validatorOf('header'), value);
}
