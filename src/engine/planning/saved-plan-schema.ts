// The JSON Schema of a saved plan: what `drctl schema --of plan` prints, and what a file must fit to be read.

import { Type } from 'typebox';
import type { JsonObject } from '../contracts/json.ts';
import { digest, planSchema, runbookIdentity, texts, time, values } from './plan-schema.ts';

/** Of SavedPlan in contracts/saved-plan.ts. */
export const savedPlanEnvelope = Type.Object({
  kind: Type.Literal('drctl-plan', { description: 'By this a plan is told from a runbook' }),
  format: Type.Literal(1, { description: 'Raised when a member changes its meaning' }),
  digest: digest(
    'What is approved with --approve sha256:…: the same for two plans of an unchanged world',
  ),
  runId: Type.String({
    description: 'The id of the run that this plan becomes; its parameters name it',
    pattern: '^[a-z0-9][a-z0-9-]{0,199}$',
  }),
  createdAt: time('When it was made'),
  drctl: Type.String({ description: 'Version of the drctl that made it' }),
  by: Type.Object(
    { user: Type.String(), host: Type.String(), pid: Type.Integer() },
    { description: 'Who made it' },
  ),
  runbook: runbookIdentity,
  sources: Type.Array(Type.Object({ path: Type.String(), text: Type.String() }), {
    minItems: 1,
    description: 'The runbook and what it includes, as they were read; the runbook first',
  }),
  env: values('Values that are not sensitive'),
  sensitiveEnv: texts('Names of the sensitive values, which apply asks for again'),
  verifiers: Type.Record(Type.String(), Type.String(), {
    description:
      'Of each sensitive value that was given: "scrypt:SALT:HASH" in base64url (N=32768, r=8, p=1) of its canonical JSON',
  }),
  envFiles: texts('Absolute paths of the env files, read again for the sensitive values'),
  unavailable: texts('Targets that were given up'),
  parallel: Type.Integer({
    minimum: 1,
    maximum: 100,
    description: 'How many steps may be under way at once',
  }),
  actions: Type.Record(Type.String(), Type.Integer(), {
    description: 'Version of each action that the runbook uses',
  }),
  targets: Type.Array(
    Type.Object({
      name: Type.String({ description: 'The runbook’s name of it' }),
      type: Type.Enum(['kubernetes', 'aws']),
      where: Type.String({ description: 'The kubeconfig, or the region' }),
      server: Type.Optional(Type.String({ description: 'The API server’s URL' })),
      answers: Type.Optional(Type.String({ description: 'The version, and who we are there' })),
      problem: Type.Optional(Type.String({ description: 'Why it does not answer' })),
      cluster: Type.Optional(
        Type.String({ description: 'uid of its namespace kube-system, where it could be seen' }),
      ),
    }),
    { description: 'What the head of the plan says of each target' },
  ),
  pastRuns: Type.Optional(
    Type.Array(
      Type.Object({
        endedAt: time('When it ended'),
        tookMs: Type.Number({ description: 'Milliseconds' }),
        outages: Type.Array(Type.Object({ title: Type.String(), tookMs: Type.Number() }), {
          description: 'For how long each outage of the runbook lasted, in milliseconds',
        }),
      }),
      { description: 'Earlier runs that went through without a stop, newest first' },
    ),
  ),
  plan: planSchema,
  checksum: digest('Over the canonical JSON of all other members: shows damage and edits'),
});

/** Draft 2020-12. */
export function savedPlanSchema(): JsonObject {
  // Through JSON, so that what is returned is plain data and not TypeBox's objects.
  return JSON.parse(
    JSON.stringify({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'drctl plan',
      ...savedPlanEnvelope,
    }),
  ) as JsonObject;
}
