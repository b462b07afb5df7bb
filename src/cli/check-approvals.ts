// Names given to --approve must be names of something: a misspelt one would be found out hours later, when nobody is there
// to be asked.

import { DrctlError, closest } from '../engine/index.ts';
import { assertPin, isPin } from './approve-plan.ts';

/** A runbook: what can ask for an approval. */
export interface Approvable {
  readonly phases: readonly {
    readonly id: string;
    readonly steps: readonly { readonly id: string }[];
  }[];
  /** Each may be asked about when it is given up. */
  readonly targets?: ReadonlyMap<string, unknown>;
  /** The runbook's own undo steps, which may ask too. */
  readonly rollback?: ReadonlyMap<string, readonly { readonly id: string }[]>;
  /** A plan is asked about, which may be named by its digest. */
  readonly hasDigest?: boolean;
}

/** What a command itself asks about, beside phases and steps. */
const commandSubjects = ['plan', 'rollback', 'cleanup'] as const;

/** USAGE with the nearest name. An instance (`step[key]`) is one of its step. */
export function checkApprovals(
  approve: readonly string[],
  { phases, rollback, targets, hasDigest = false }: Approvable,
): void {
  const names = new Set<string>([
    ...phases.flatMap(({ id, steps }) => [id, ...steps.map((step) => step.id)]),
    ...[...(rollback?.values() ?? [])].flat().map(({ id }) => id),
    ...(targets?.keys() ?? []),
    ...commandSubjects,
  ]);
  for (const name of approve) {
    if (hasDigest && isPin(name)) {
      assertPin(name);
      continue;
    }
    if (names.has(name) || names.has(name.replace(/\[.*\]$/s, ''))) continue;
    const near = closest(name, names);
    const list = [...phases.map(({ id }) => id), ...commandSubjects].join(', ');
    throw new DrctlError('USAGE', `--approve ${name}: there is no such phase or step`, {
      hint: near === undefined ? `Name a step, or one of: ${list}` : `Did you mean "${near}"?`,
    });
  }
}
