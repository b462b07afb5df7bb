// The file of a saved plan.

import { DrctlError, encodeSavedPlan, looksLikePlan } from '../../engine/index.ts';
import type { SavedPlan } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { placeFor, writeNamed } from '../named-file.ts';
import type { DocumentKind } from '../named-file.ts';
import { MAX_PLAN_BYTES } from './read-file.ts';

const kind: DocumentKind = {
  title: 'The plan',
  noun: 'plan',
  again: 'plan again',
  looksLike: looksLikePlan,
};

/** Where the plan will be, absolute. FILE_UNWRITABLE: asked before the world is read, which may take minutes. */
export function placeForPlan(file: string, cli: Cli): Promise<string> {
  return placeFor(kind, file, cli);
}

/** FILE_UNWRITABLE; PLAN_INVALID where a plan cannot be kept. */
export async function writePlan(
  file: string,
  saved: Omit<SavedPlan, 'kind' | 'format' | 'checksum'>,
  cli: Cli,
): Promise<void> {
  const text = encodeSavedPlan(saved);
  if (Buffer.byteLength(text) > MAX_PLAN_BYTES) {
    throw new DrctlError('PLAN_INVALID', `The plan is larger than ${MAX_PLAN_BYTES} bytes`, {
      hint: 'Apply the runbook itself; its plan cannot be kept',
    });
  }
  await writeNamed(kind, { file, text }, cli);
}
