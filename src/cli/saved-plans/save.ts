// What a plan is saved with: all that its run will have to know, and what apply compares then.

import path from 'node:path';
import { canonicalJson } from '../../engine/index.ts';
import type { Json, Registry, Runbook, Step, Check } from '../../engine/index.ts';
import type { DrPorts } from '../../actions/index.ts';
import type { Cli } from '../command.ts';
import type { MadePlan } from '../make-plan.ts';
import type { OpenSession } from '../session.ts';
import { writePlan } from './write-plan.ts';

/** FILE_UNWRITABLE, PLAN_INVALID. */
export async function savePlan(
  file: string,
  of: {
    readonly opened: OpenSession;
    readonly made: MadePlan;
    readonly envFiles: readonly string[];
  },
  cli: Cli,
): Promise<void> {
  const { session } = of.opened;
  const { plan, digest, facts, clusters, past } = of.made;
  const { makeVerifier, operator } = await import('../../adapters/index.ts');
  const open: Record<string, Json> = {};
  const sensitiveEnv: string[] = [];
  const verifiers: Record<string, string> = {};
  for (const { name, value, sensitive } of session.env) {
    if (sensitive) sensitiveEnv.push(name);
    if (value === undefined) continue;
    if (sensitive) verifiers[name] = await makeVerifier(canonicalJson(value));
    else open[name] = value;
  }
  await writePlan(
    file,
    {
      digest,
      runId: session.runId,
      createdAt: plan.createdAt,
      drctl: session.drctl,
      by: operator(),
      runbook: plan.runbook,
      sources: session.runbook.sources,
      env: open,
      sensitiveEnv,
      verifiers,
      envFiles: of.envFiles.map((one) => path.resolve(cli.io.cwd, one)),
      unavailable: session.unavailable,
      parallel: session.parallel,
      actions: versionsOf(actionsOf(session.runbook), session.registry),
      targets: facts.map((one) => {
        const { answersThough: _, ...fact } = one;
        const cluster = clusters[fact.name];
        const shown = session.redactor.mask({ ...fact });
        return cluster === undefined ? shown : { ...shown, cluster };
      }),
      ...(past === undefined ? {} : { pastRuns: past }),
      plan,
    },
    cli,
  );
}

/** Those that there are. */
export function versionsOf(
  names: readonly string[],
  registry: Registry<DrPorts>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const action = registry.find(name);
      return action === undefined ? [] : [[name, action.version]];
    }),
  );
}

/** Of steps, checks and undo steps alike. */
function actionsOf(runbook: Runbook): readonly string[] {
  const uses: readonly (Step | Check)[] = [
    ...runbook.preconditions,
    ...runbook.phases.flatMap(({ guards, steps }) => [...guards, ...steps]),
    ...[...runbook.rollback.values()].flat(),
  ];
  return [...new Set(uses.map(({ action }) => action))].toSorted((a, b) => (a < b ? -1 : 1));
}
