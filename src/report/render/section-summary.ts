// The first screen: what it was, how it ended, why, what is left to somebody, and when it all was.

import type { Leftover, PhaseReport, RunReport, Trouble } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { Tracks } from './tracks.ts';
import { leftoverKinds } from './words.ts';
import { formatDuration } from '../../engine/index.ts';

const MAX_SHOWN = 8;

export function summarySection(report: RunReport, tracks: Tracks): Markup {
  const { ending, troubles, leftovers } = report;
  return markup`<section id="summary" aria-labelledby="summary-title" tabindex="-1">
    <h2 id="summary-title" class="unseen">Summary</h2>
    <p class="lead">${ending.text}</p>
    <div class="cards">
      ${troubleCard(troubles)}
      ${leftoverCard(leftovers, ending.mood === 'good' || ending.mood === 'back')}
    </div>
    ${timeline(report, tracks)}
  </section>`;
}

function troubleCard(troubles: readonly Trouble[]): Markup {
  if (troubles.length === 0) return card('What went wrong', markup`<p>Nothing.</p>`);
  // What nothing has made up for comes first: it is what somebody has to see to.
  const sorted = [
    ...troubles.filter(({ isOpen }) => isOpen),
    ...troubles.filter(({ isOpen }) => !isOpen),
  ];
  const items = sorted.slice(0, MAX_SHOWN).map(
    (one) =>
      markup`<li class="${one.isOpen ? 'open' : 'closed'}">
        <p>
          <time datetime="${one.at}">${one.at.slice(11, 19)}</time>
          <strong>${one.what}</strong>${errorText(one)}
        </p>
        <p class="then">${one.isOpen ? '✗' : '→'} ${one.outcome}</p>
      </li>`,
  );
  return card(
    'What went wrong',
    markup`<ol>
        ${items}
      </ol>
      ${more(troubles.length)}`,
  );
}

function errorText({ error }: Trouble): Markup | undefined {
  if (error === undefined) return undefined;
  const hint =
    error.hint === undefined ? undefined : markup`<br /><span class="hint">${error.hint}</span>`;
  const causes = (error.causes ?? []).filter(
    (one) => !error.message.includes(one) && !one.includes(error.message),
  );
  const because = causes.length === 0 ? undefined : markup`<br />because: ${causes.join('; ')}`;
  return markup`: ${error.message} <code>${error.code}</code>${because}${hint}`;
}

function leftoverCard(leftovers: readonly Leftover[], isOver: boolean): Markup {
  const title = isOver ? 'What stays' : 'What is left to do';
  if (leftovers.length === 0) {
    const text = isOver
      ? 'Nothing is out of use, and nothing is left to undo.'
      : 'Nothing that this run changed.';
    return card(title, markup`<p>${text}</p>`);
  }
  const items = leftovers.slice(0, MAX_SHOWN).map(
    ({ kind, what, because }) =>
      markup`<li class="${kind}">
        <p>
          <span class="kind">${leftoverKinds[kind]}</span>
          ${what}${because === undefined ? '' : `: ${because}`}
        </p>
      </li>`,
  );
  return card(
    title,
    markup`<ul>
        ${items}
      </ul>
      ${more(leftovers.length)}`,
  );
}

function more(count: number): Markup | undefined {
  return count > MAX_SHOWN ? markup`<p>and ${count - MAX_SHOWN} more</p>` : undefined;
}

function card(title: string, body: Markup): Markup {
  return markup`<div class="card">
    <h3>${title}</h3>
    ${body}
  </div>`;
}

function timeline(report: RunReport, tracks: Tracks): Markup {
  const { sessions, deeds, outages, phases } = report;
  const titles = [...new Set(outages.map(({ title }) => title))];
  const away = titles.map((title) => {
    const tookMs = outages
      .filter((one) => one.title === title)
      .reduce((sum, one) => sum + one.tookMs, 0);
    return row(
      `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`,
      formatDuration(tookMs),
      tracks.outage(title),
    );
  });
  const begun = phases.filter(({ steps }) =>
    steps.some(({ instances }) => instances.some(({ bars }) => bars.length > 0)),
  );
  const rest = phases.length - begun.length;
  return markup`<table class="timeline">
      <caption>
        Time line. Shaded: something was out of use. Grey: no drctl was at work, shortened. ✗
        failed, ✂ cut off, outlined: put back.
      </caption>
      <thead>
        <tr>
          <th scope="col">UTC</th>
          <th scope="col" class="num">For</th>
          <th scope="col" class="line"><span class="unseen">When</span>${tracks.axis}</th>
        </tr>
      </thead>
      <tbody>
        ${row('drctl at work', `${sessions.length}×`, tracks.sessions)}
        ${row('People', `${deeds.length}×`, tracks.people)} ${away}
        ${begun.map((phase) => row(phase.title, phaseFor(phase), tracks.phase(phase)))}
      </tbody>
    </table>
    ${rest === 0 ? undefined : markup`<p class="note">${rest} of ${phases.length} phases did not begin.</p>`}`;
}

/** How long any of its attempts was at work; undoing it is the rollback's time. */
function phaseFor({ steps }: PhaseReport): string {
  const attempts = steps
    .flatMap(({ instances }) => instances.flatMap(({ bars }) => bars))
    .filter(({ kind }) => kind === 'attempt')
    .map(({ beganAt, endedAt }) => ({ from: Date.parse(beganAt), to: Date.parse(endedAt) }))
    .toSorted((a, b) => a.from - b.from);
  let total = 0;
  let until = -Infinity;
  for (const { from, to } of attempts) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return attempts.length === 0 ? '' : formatDuration(total);
}

function row(name: string, time: string, track: Markup): Markup {
  return markup`<tr>
    <th scope="row">${name}</th>
    <td class="num">${time}</td>
    <td class="line">${track}</td>
  </tr> `;
}
