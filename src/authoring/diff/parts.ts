// Runbook → its parts by name, so that two runbooks can be compared part by part, whatever the order and the layout of
// their files.

import type {
  Check,
  EnvDeclaration,
  Impact,
  Json,
  JsonObject,
  Phase,
  Runbook,
  Step,
} from '../../engine/index.ts';

export type PartKind =
  | 'runbook'
  | 'env'
  | 'var'
  | 'target'
  | 'lock'
  | 'outage'
  | 'impact'
  | 'precondition'
  | 'phase'
  | 'guard'
  | 'step'
  | 'rollback';

export interface Part {
  readonly kind: PartKind;
  /** Unique among parts of its kind: "pause", "teardown/destination-serves" for a guard. */
  readonly name: string;
  readonly fields: JsonObject;
}

/** In the order in which a reader meets them. */
export function partsOf(runbook: Runbook): readonly Part[] {
  return [
    part('runbook', 'metadata', {
      name: runbook.name,
      version: runbook.version,
      description: runbook.description,
    }),
    ...[...runbook.env].map(([name, declaration]) => part('env', name, envFields(declaration))),
    ...[...runbook.vars].map(([name, value]) => part('var', name, { value })),
    ...[...runbook.targets].map(([name, target]) => part('target', name, without(target, 'at'))),
    ...runbook.locks.map((lock) => part('lock', `${lock.target}/${lock.name}`, lock)),
    ...runbook.outages.map((outage) => part('outage', outage.title, outage)),
    ...runbook.impact.map((impact) => part('impact', impact.title, impactFields(impact))),
    ...runbook.preconditions.map((check) => part('precondition', check.id, checkFields(check))),
    ...runbook.phases.flatMap(phaseParts),
    ...[...runbook.rollback].map(([step, steps]) =>
      part('rollback', step, { steps: steps.map((one) => ({ id: one.id, ...stepFields(one) })) }),
    ),
  ];
}

function phaseParts(phase: Phase): readonly Part[] {
  const { id, title, pointOfNoReturn, approval, approvals, confirm } = phase;
  return [
    part('phase', id, { title, pointOfNoReturn, approval, approvals, confirm }),
    ...phase.guards.map((guard) => part('guard', `${id}/${guard.id}`, checkFields(guard))),
    ...phase.steps.map((step) => part('step', step.id, stepFields(step))),
  ];
}

const impactFields = ({ value, mustBe }: Impact): object => ({ value, mustBe });

/** Without its place in the file, and what its name and other fields say already. */
function without<T extends object>(whole: T, ...keys: readonly (keyof T)[]): object {
  return Object.fromEntries(
    Object.entries(whole).filter(([key]) => !(keys as readonly string[]).includes(key)),
  );
}

const envFields = (declaration: EnvDeclaration): object => without(declaration, 'at');
const checkFields = (check: Check): object => without(check, 'at', 'id', 'references');

/** With the phase, so that a step that moved to another is seen to have moved. */
const stepFields = (step: Step): object => ({
  ...without(step, 'at', 'id', 'timeoutIsDefault'),
  needs: step.needs.toSorted(),
});

/** Without what is not set: an absent field and an undefined one are the same to a reader. */
function part(kind: PartKind, name: string, fields: object): Part {
  return { kind, name, fields: JSON.parse(JSON.stringify(fields)) as Record<string, Json> };
}
