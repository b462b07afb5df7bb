// What the time went on: each outage, and the whole run, along the longest chain.

import { formatDuration } from '../../engine/index.ts';
import type { Chain, Link } from '../chain.ts';
import type { RunReport } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';

const MAX_LINKS = 25;
const SHOWN_FROM_MS = 100;

export function timeSection({ chain, outages, tellsWaits }: RunReport): Markup {
  return markup`${outages.map((outage) => chainTable(`${outage.title.slice(0, 1).toUpperCase()}${outage.title.slice(1)}`, outage))}
  ${chainTable('The longest chain of the run', chain)}
  ${tellsWaits ? undefined : markup`<p>The journal does not tell waits apart: steps that only wait count as waits.</p>`}`;
}

function chainTable(title: string, chain: Chain): Markup {
  const shown = new Set(
    chain.links
      .filter(({ tookMs }) => tookMs >= SHOWN_FROM_MS)
      .toSorted((a, b) => b.tookMs - a.tookMs)
      .slice(0, MAX_LINKS),
  );
  const inOrder = chain.links.filter((link) => shown.has(link));
  const left = chain.links.length - inOrder.length;
  return markup`<details>
    <summary>
      ${title}: <strong>${formatDuration(chain.tookMs)}</strong>
      <span class="counts">${sums(chain)}</span>
    </summary>
    <table>
      <caption class="unseen">
        ${title}, step by step
      </caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" class="num">Took</th>
          <th scope="col" class="num">drctl itself</th>
          <th scope="col">Waited for</th>
        </tr>
      </thead>
      <tbody>
        ${inOrder.map(linkRow)}
      </tbody>
    </table>
    ${left > 0 ? markup`<p>and ${left} shorter</p>` : undefined}
  </details> `;
}

function sums({ waitMs, ownMs, personMs, idleMs }: Chain): string {
  const parts = [
    ['waits', waitMs],
    ['drctl itself', ownMs],
    ['people', personMs],
    ['no drctl at work', idleMs],
  ] as const;
  return parts
    .filter(([, part]) => part > 0)
    .map(([word, part]) => `${word} ${formatDuration(part)}`)
    .join(', ');
}

function linkRow(link: Link): Markup {
  const { kind, title, id, tookMs, ownMs } = link;
  const name =
    kind === 'session' || kind === 'approval'
      ? title
      : markup`${title} <small><code>${id}</code></small>`;
  return markup`<tr>
    <th scope="row">${kind === 'undo' ? 'Putting back: ' : ''}${name}</th>
    <td class="num">${formatDuration(tookMs)}</td>
    <td class="num">${formatDuration(ownMs)}</td>
    <td>${whose(link)}</td>
  </tr> `;
}

function whose({ idleMs, personMs, waitMs, waitedFor }: Link): string {
  if (idleMs > 0) return 'no drctl was at work';
  if (personMs > 0) return 'a person';
  return waitMs > 0 ? (waitedFor ?? '') : '';
}
