// The values of a saved plan. Only the sensitive ones are asked for again; what else is given is compared, for whoever gives
// another value wants another plan.

import { DrctlError, canonicalJson, digestEnv } from '../../engine/index.ts';
import type { EnvValue, Problem, SavedPlan, Surroundings } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { unreadableFiles } from '../inputs.ts';
import type { InputArgs, LoadedRunbook, ResolvedInputs } from '../inputs.ts';
import { readRecorded, recordedValues } from '../recorded-inputs.ts';
import { problemsError } from '../views/error.ts';

export interface SavedInputs extends LoadedRunbook, ResolvedInputs {
  readonly moved: Pick<Surroundings, 'values' | 'secrets'>;
}

/** ENV_INVALID (naming what is missing), PLAN_INVALID. */
export async function savedInputs(
  saved: SavedPlan,
  args: InputArgs,
  cli: Cli,
): Promise<SavedInputs> {
  const found = await readRecorded({ ...saved, owner: 'this plan' }, args, cli);
  const { runbook, registry, redactor, secrets, changed } = found;
  if (runbook.digest !== saved.runbook.digest) throw edited('the texts of the runbook');
  const missing = [...found.missing, ...notGiven(saved, secrets, found.missing)];
  if (missing.length > 0) {
    throw problemsError(
      'ENV_INVALID',
      'This plan has sensitive values that must be given again: -e FILE, --set NAME=VALUE or the environment',
      missing,
    );
  }
  const env = recordedValues(saved, { runbook, secrets, moved: new Map() });
  if (digestEnv(env) !== saved.plan.envDigest) throw edited('its values');
  const unreadable = await unreadableFiles(runbook, env);
  if (unreadable.length > 0) {
    throw problemsError('ENV_INVALID', 'Files of this plan cannot be read', unreadable);
  }
  return {
    runbook,
    registry,
    redactor,
    env,
    path: saved.runbook.path,
    warnings: [],
    moved: {
      values: changed.map(({ name, from, to }) => ({ name, from, to })),
      secrets: await otherSecrets(saved, secrets),
    },
  };
}

/** Given when the plan was made, though it need not be. */
function notGiven(
  { verifiers }: SavedPlan,
  secrets: readonly EnvValue[],
  missing: readonly Problem[],
): readonly Problem[] {
  return secrets
    .filter(({ name, value }) => value === undefined && Object.hasOwn(verifiers, name))
    .filter(({ name }) => !missing.some(({ message }) => message.startsWith(`${name} `)))
    .map(({ name }) => ({
      severity: 'error',
      message: `${name} was given when the plan was made`,
      hint: `Assign it in an env file (-e FILE), or give --set ${name}=…`,
    }));
}

async function otherSecrets(
  { verifiers }: SavedPlan,
  secrets: readonly EnvValue[],
): Promise<readonly string[]> {
  const { fitsVerifier } = await import('../../adapters/index.ts');
  const others: string[] = [];
  for (const { name, value } of secrets) {
    if (value === undefined) continue;
    const verifier = Object.hasOwn(verifiers, name) ? verifiers[name] : undefined;
    const fits = verifier !== undefined && (await fitsVerifier(canonicalJson(value), verifier));
    if (!fits) others.push(name);
  }
  return others;
}

function edited(what: string): DrctlError {
  return new DrctlError('PLAN_INVALID', `The plan was edited: ${what} do not fit its digest`, {
    hint: 'Plan again: drctl plan RUNBOOK -o FILE. A plan is never edited',
  });
}
