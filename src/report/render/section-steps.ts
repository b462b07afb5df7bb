// Each phase with its steps: where they stand, how long they took, and when.

import { counted, formatDuration } from '../../engine/index.ts';
import type { InstanceReport, PhaseReport, RunReport, Standing, StepReport } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { Tracks } from './tracks.ts';
import { standings } from './words.ts';

/** Of a forEach step: those that are worth a line, and no more than so many. */
const MAX_INSTANCES = 50;
const quiet: ReadonlySet<Standing> = new Set(['done', 'put-back', 'skipped', 'not-begun']);

export function stepsSection({ phases }: RunReport, tracks: Tracks): Markup {
  return markup`${phases.map((phase) => phaseDetails(phase, tracks))}`;
}

function phaseDetails(phase: PhaseReport, tracks: Tracks): Markup {
  const { title, steps, pointOfNoReturn } = phase;
  const counts = countStandings(steps);
  // On paper, what never began needs no more than its line.
  const isIdle = steps.every(({ standing }) => standing === 'not-begun' || standing === 'left-out');
  const final = pointOfNoReturn
    ? markup` <span class="final">point of no return</span>`
    : undefined;
  const head = markup`<summary>
    <h3>${title}</h3>
    ${final} <span class="counts">${counts}</span>
  </summary>`;
  return markup`<details${isIdle ? markup` class="idle"` : undefined}>${head}
<table class="steps"><caption class="unseen">Steps of the phase ${title}</caption>
<thead><tr><th scope="col">Step</th><th scope="col">Stands</th><th scope="col" class="num">Took</th><th scope="col" class="line"><span class="unseen">When</span>${tracks.narrowAxis}</th></tr></thead>
<tbody>${steps.map((step) => stepRow(step, tracks))}</tbody></table></details>
`;
}

function countStandings(steps: readonly StepReport[]): string {
  const counts = new Map<Standing, number>();
  for (const { standing } of steps) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  return [...counts].map(([standing, count]) => `${count} ${standings[standing].word}`).join(', ');
}

function stepRow(step: StepReport, tracks: Tracks): Markup {
  const { id, title, action, standing, instances } = step;
  const { sign, word } = standings[standing];
  const attempts = instances.reduce((sum, one) => sum + Math.max(0, one.attempts - 1), 0);
  const again =
    attempts === 0
      ? undefined
      : markup`<br /><small>tried again ${attempts === 1 ? '' : counted(attempts, 'time')}</small>`;
  const many =
    instances.length > 1 ? markup`<br /><small>${instances.length} instances</small>` : undefined;
  return markup`<tr class="st-${standing}">
    <th scope="row">
      ${title}<br /><small><code>${id}</code> ${action}</small>${notes(instances)}
    </th>
    <td class="stand">
      <span class="sign" aria-hidden="true">${sign}</span> ${word}${again}${many}
    </td>
    <td class="num">${took(instances)}</td>
    <td class="line">${tracks.step(step)}</td>
  </tr> `;
}

/** Errors and reasons, of each instance that is not as it should be. */
function notes(instances: readonly InstanceReport[]): Markup {
  const worth = instances.filter(
    ({ standing, error, because }) =>
      !quiet.has(standing) || error !== undefined || because !== undefined,
  );
  const lines = worth.slice(0, MAX_INSTANCES).map(({ id, standing, error, because }) => {
    const name = instances.length > 1 ? `${id}, ${standings[standing].word}: ` : '';
    const said = error === undefined ? (because ?? '') : `${error.code}: ${error.message}`;
    return said === '' && name === ''
      ? undefined
      : markup`<br /><small class="why">${name}${said}</small>`;
  });
  const left = worth.length - MAX_INSTANCES;
  return markup`${lines}${left > 0 ? markup`<br /><small>and ${left} more</small>` : undefined}`;
}

/** Of all its attempts together. */
function took(instances: readonly InstanceReport[]): string {
  // When one that was cut off ended, nobody knows.
  const bars = instances
    .flatMap((one) => one.bars)
    .filter(({ kind, end }) => kind === 'attempt' && end !== 'cut-off');
  if (bars.length === 0) return '';
  return formatDuration(
    bars.reduce((sum, { beganAt, endedAt }) => sum + Date.parse(endedAt) - Date.parse(beganAt), 0),
  );
}
