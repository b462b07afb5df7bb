// The flags by which a plan or a run was made, as they are typed again. What was given with --set is not among them: of a
// value nobody keeps where it came from.

import type { StepChoice } from '../engine/index.ts';
import { quoted } from './kubectl.ts';

export interface MadeWith {
  /** Absolute paths. */
  readonly envFiles: readonly string[];
  readonly unavailable: readonly string[];
}

/** "RUNBOOK -e FILE --unavailable source" */
export function runbookWords(runbook: string, { envFiles, unavailable }: MadeWith): string {
  return [
    quoted(runbook),
    ...envFiles.map((file) => `-e ${quoted(file)}`),
    ...unavailable.map((target) => `--unavailable ${quoted(target)}`),
  ].join(' ');
}

/** " --phase backup --skip snapshot --reason TEXT"; nothing where everything was asked for. */
export function choiceWords(choice: StepChoice | undefined): string {
  if (choice === undefined) return '';
  const { phases, only, from, until, skip, reason } = choice;
  const words = [
    ...phases.map((phase) => `--phase ${phase}`),
    ...only.map((step) => `--only ${step}`),
    ...(from === undefined ? [] : [`--from ${from}`]),
    ...(until === undefined ? [] : [`--until ${until}`]),
    ...skip.map((step) => `--skip ${step}`),
    ...(reason === undefined ? [] : [`--reason ${quoted(reason)}`]),
  ];
  return words.map((word) => ` ${word}`).join('');
}
