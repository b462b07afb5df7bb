// What is wrong with a choice of steps before anything is looked at: names that do not exist, flags that contradict
// each other. All of it is said at once.

import { closest } from '../contracts/closest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Phase, Step } from '../contracts/runbook.ts';
import type { StepChoice } from '../contracts/selection.ts';

interface Fault {
  readonly message: string;
  readonly hint?: string;
}

/** USAGE. `order`: all steps, as a plan shows them. */
export function checkChoice(
  choice: StepChoice,
  phases: readonly Phase[],
  order: readonly Step[],
): void {
  const names = { phases: phases.map(({ id }) => id), steps: order.map(({ id }) => id) };
  const { from, until } = choice;
  const asSteps = [
    ...choice.only.map((name) => ['--only', name] as const),
    ...(from === undefined ? [] : [['--from', from] as const]),
    ...(until === undefined ? [] : [['--until', until] as const]),
    ...choice.skip.map((name) => ['--skip', name] as const),
  ];
  const faults = [
    ...choice.phases.flatMap((name) => phaseFault(name, names)),
    ...asSteps.flatMap(([flag, name]) => stepFault(flag, name, names)),
    ...reasonFaults(choice),
    ...orderFaults(choice, names.steps),
  ];
  if (faults.length > 0) refuseChoice(faults);
}

export function refuseChoice(faults: readonly Fault[]): never {
  const message = faults.map((fault) => fault.message).join('; ');
  const [only] = faults;
  if (faults.length === 1 && only !== undefined) {
    throw new DrctlError('USAGE', message, only.hint === undefined ? {} : { hint: only.hint });
  }
  throw new DrctlError('USAGE', message, {
    problems: faults.map((fault) => ({ severity: 'error', ...fault })),
  });
}

interface Names {
  readonly phases: readonly string[];
  readonly steps: readonly string[];
}

function phaseFault(name: string, { phases, steps }: Names): readonly Fault[] {
  if (phases.includes(name)) return [];
  const near = closest(name, phases);
  const hint = steps.includes(name)
    ? `"${name}" is a step: --only ${name}`
    : near === undefined
      ? `The phases are ${phases.join(', ')}`
      : `Did you mean "${near}"?`;
  return [{ message: `--phase ${name}: there is no such phase`, hint }];
}

function stepFault(flag: string, name: string, { phases, steps }: Names): readonly Fault[] {
  if (steps.includes(name)) return [];
  const message = `${flag} ${name}: there is no such step`;
  if (phases.includes(name)) return [{ message, hint: `"${name}" is a phase: --phase ${name}` }];
  const whole = name.replace(/\[.*\]$/s, '');
  if (whole !== name && steps.includes(whole)) {
    return [{ message, hint: `A forEach step is chosen as a whole: ${flag} ${whole}` }];
  }
  const near = closest(name, steps);
  return [{ message, ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }) }];
}

function reasonFaults({ skip, reason }: StepChoice): readonly Fault[] {
  const isGiven = reason !== undefined && reason.trim() !== '';
  if (skip.length > 0 && !isGiven) {
    return [
      { message: '--skip needs a reason', hint: 'Add --reason TEXT; it is kept with your name' },
    ];
  }
  return skip.length === 0 && reason !== undefined
    ? [{ message: '--reason says why steps are skipped, and none is', hint: 'Add --skip STEP' }]
    : [];
}

function orderFaults({ from, until }: StepChoice, steps: readonly string[]): readonly Fault[] {
  if (from === undefined || until === undefined) return [];
  const [first, last] = [steps.indexOf(from), steps.indexOf(until)];
  return first === -1 || last === -1 || first <= last
    ? []
    : [{ message: `--from ${from} comes after --until ${until}` }];
}
