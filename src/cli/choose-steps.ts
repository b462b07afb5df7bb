// The flags that ask for a part of a runbook → which of its steps are carried out.

import type { DrPorts } from '../actions/index.ts';
import { selectSteps } from '../engine/index.ts';
import type { Registry, Runbook, Selection, StepChoice } from '../engine/index.ts';

export interface ChoiceArgs {
  readonly phase: readonly string[];
  readonly only: readonly string[];
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly skip: readonly string[];
  readonly reason: string | undefined;
}

/** Asks for the whole runbook. */
export const everyStep: ChoiceArgs = {
  phase: [],
  only: [],
  from: undefined,
  until: undefined,
  skip: [],
  reason: undefined,
};

/** The first flag of these that was given, as it is typed. */
export function choiceAskedFor(args: ChoiceArgs): string | undefined {
  const given = Object.keys(everyStep) as (keyof ChoiceArgs)[];
  const flag = given.find((name) => args[name] !== undefined && args[name]?.length !== 0);
  return flag === undefined ? undefined : `--${flag}`;
}

/** Undefined when the whole runbook is asked for. USAGE, with all that is wrong at once. */
export async function chooseSteps(
  args: ChoiceArgs,
  { runbook, registry }: { readonly runbook: Runbook; readonly registry: Registry<DrPorts> },
): Promise<Selection | undefined> {
  const { phase: phases, only, from, until, skip, reason } = args;
  const isAll = [...phases, ...only, ...skip].length === 0;
  if (isAll && from === undefined && until === undefined && reason === undefined) return undefined;
  const choice: StepChoice = {
    phases,
    only,
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    skip,
    ...(reason === undefined ? {} : { reason }),
    ...(skip.length === 0 ? {} : { by: await whoAsks() }),
  };
  return selectSteps(runbook, registry, choice);
}

async function whoAsks(): Promise<string> {
  const { operator } = await import('../adapters/index.ts');
  const { user, host } = operator();
  return `${user}@${host}`;
}
