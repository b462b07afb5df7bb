// Every schema that values are checked against, for the build, which compiles them beforehand.

import type { Ports } from './contracts/action.ts';
import type { Registry } from './contracts/registry.ts';
import { withUse } from './language/check-with.ts';
import type { SchemaUse } from './language/compile-schema.ts';
import { envelopeUses } from './language/load-runbook.ts';
import { outputsUse, paramsUse } from './language/validate-params.ts';
import { savedPlanUse } from './planning/saved-plan.ts';
import { recordUses } from './running/record-shape.ts';

export function everySchema<P extends Ports>(registry: Registry<P>): readonly SchemaUse[] {
  const ofActions = registry.actions.flatMap((action) => [
    withUse(action),
    paramsUse(action),
    outputsUse(action),
  ]);
  return [...ofActions, ...Object.values(envelopeUses()), ...recordUses(), savedPlanUse];
}
