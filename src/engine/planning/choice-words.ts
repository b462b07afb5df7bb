// A choice of steps in words: the flags that made it, and which of them to change. Pure.

import type { StepChoice } from '../contracts/selection.ts';

/** As it is typed: "--phase backup --until snapshot". */
export function choiceFlags(choice: StepChoice): string {
  const { from, until, skip } = choice;
  return [
    ...namingFlags(choice),
    ...(from === undefined ? [] : [`--from ${from}`]),
    ...(until === undefined ? [] : [`--until ${until}`]),
    ...skip.map((step) => `--skip ${step}`),
  ].join(' ');
}

/** Those that name what is to be done. */
export function namingFlags({ phases, only }: StepChoice): readonly string[] {
  return [...phases.map((phase) => `--phase ${phase}`), ...only.map((step) => `--only ${step}`)];
}

/** What to change so that a step that is left out is carried out too. */
export function howToTakeIn(id: string, choice: StepChoice): string {
  if (choice.skip.includes(id)) return `Take "--skip ${id}" away`;
  const ways = [
    ...(namingFlags(choice).length > 0 ? [`add --only ${id}`] : []),
    ...(choice.from === undefined ? [] : [`let --from begin at "${id}" or before it`]),
    ...(choice.until === undefined ? [] : [`let --until end at "${id}" or after it`]),
  ];
  const [first = 'choose it too', ...rest] = ways;
  return `To carry "${id}" out too, ${[first, ...rest].join(', and ')}`;
}
