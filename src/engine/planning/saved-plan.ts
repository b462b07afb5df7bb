// A plan's file: its text, and the text read back. What is read was written by some drctl, perhaps a newer one, and perhaps
// cut off or touched by hand since: all of that is told in words, whatever the bytes are.

import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { SavedPlan } from '../contracts/saved-plan.ts';
import { schemaProblems } from '../language/schema-problems.ts';
import { compileSchema } from '../language/compile-schema.ts';
import type { SchemaUse } from '../language/compile-schema.ts';
import { digestJson } from './digest.ts';
import { isNestedTooDeeply, oddKey } from './json-shape.ts';
import { planDigest } from './plan-digest.ts';
import { savedPlanEnvelope } from './saved-plan-schema.ts';

const kind = 'drctl-plan';
const format = 1;

/** The text of the file, which reads back as the same plan. PLAN_INVALID where a plan cannot be kept. */
export function encodeSavedPlan(plan: Omit<SavedPlan, 'kind' | 'format' | 'checksum'>): string {
  // First the kind: what is cut off is still seen to be a plan.
  const open = JSON.parse(JSON.stringify({ kind, format, ...plan })) as JsonObject;
  const text = `${JSON.stringify({ ...open, checksum: digestJson(open) }, null, 2)}\n`;
  decodeSavedPlan(text, 'The plan');
  return text;
}

/** Whether a text is meant to be a saved plan, whole or not. */
export function looksLikePlan(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text) && /"kind"\s*:\s*"drctl-plan"/.test(text);
}

/** PLAN_INVALID, whatever is wrong with it. `name`: how messages call the file. */
export function decodeSavedPlan(text: string, name: string): SavedPlan {
  const value = parse(text, name);
  refuseOtherFormats(value, name);
  const odd = oddKey(value);
  if (odd !== undefined) throw invalid(`${name} has a member "${odd}", which no plan has`);
  const [problem] = shapeProblems(value);
  if (problem !== undefined) throw invalid(`${name} is no whole plan: ${problem}`);
  const { checksum, ...rest } = value;
  const plan = value as unknown as SavedPlan;
  if (digestJson(rest) !== checksum || !fitsItself(plan)) {
    throw invalid(`${name} was edited or damaged: its content does not fit its digest`);
  }
  return plan;
}

/** As planDigest needs it. */
export function savedClusters({ targets }: Pick<SavedPlan, 'targets'>): Record<string, string> {
  return Object.fromEntries(
    targets.flatMap(({ name, cluster }) => (cluster === undefined ? [] : [[name, cluster]])),
  );
}

/** The members that say the same twice do. */
function fitsItself(saved: SavedPlan): boolean {
  const { plan, runId, runbook, unavailable } = saved;
  return (
    saved.digest === planDigest(plan, { runId, clusters: savedClusters(saved) }) &&
    isSame({ ...runbook }, { ...plan.runbook }) &&
    isSame(unavailable, plan.unavailable) &&
    !plan.offline
  );
}

function isSame(one: Json, other: Json): boolean {
  return digestJson(one) === digestJson(other);
}

function parse(text: string, name: string): JsonObject {
  if (isNestedTooDeeply(text)) throw invalid(`${name} is nested too deeply for a plan`);
  let value: Json;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (cause) {
    throw invalid(`${name} is cut off or damaged: it is no whole JSON`, cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw invalid(`${name} is no plan`);
}

function refuseOtherFormats(value: JsonObject, name: string): void {
  if (!Object.hasOwn(value, 'kind') || value['kind'] !== kind) throw invalid(`${name} is no plan`);
  const found = value['format'];
  if (found === format || typeof found !== 'number') return;
  throw new DrctlError(
    'PLAN_INVALID',
    `${name} is of plan format ${found}; this drctl reads format ${format}`,
    { hint: 'Use the drctl that made it, or a newer one' },
  );
}

export const savedPlanUse: SchemaUse = { schema: savedPlanEnvelope, useDefaults: false };

let validator: ReturnType<typeof compileSchema> | undefined;

function shapeProblems(value: JsonObject): readonly string[] {
  validator ??= compileSchema(savedPlanUse);
  if (validator(value)) return [];
  return schemaProblems(validator.errors ?? [], value).map(({ message }) => message);
}

function invalid(message: string, cause?: unknown): DrctlError {
  return new DrctlError('PLAN_INVALID', message, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Plan again: drctl plan RUNBOOK -o FILE. A plan is never edited',
  });
}
