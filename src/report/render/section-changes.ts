// What the run changed, step by step and object by object, before and after, and what became of it.

import { counted } from '../../engine/index.ts';
import type { ChangeReport, RunReport } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { changeKinds, changeStandings, valueText } from './words.ts';

const MAX_CHANGES = 300;
const MAX_FIELDS = 30;
const MAX_FIELDS_MADE = 12;

export function changesSection({ changes, phases }: RunReport): Markup {
  if (changes.length === 0) return markup`<p>Nothing was changed.</p>`;
  const titles = new Map(
    phases.flatMap(({ steps }) =>
      steps.flatMap(({ title, instances }) => instances.map(({ id }) => [id, title] as const)),
    ),
  );
  const shown = changes.slice(0, MAX_CHANGES);
  const bySteps = new Map<string, ChangeReport[]>();
  for (const change of shown)
    bySteps.set(change.step, [...(bySteps.get(change.step) ?? []), change]);
  const left = changes.length - shown.length;
  return markup`<p>As each attempt planned it right before it began. Undone is what says so.</p>
    ${[...bySteps].map(([step, of]) => stepChanges(titles.get(step) ?? step, step, of))}
    ${left > 0 ? markup`<p>and ${left} more changes: drctl report --format json has all</p>` : undefined}`;
}

function stepChanges(title: string, step: string, changes: readonly ChangeReport[]): Markup {
  const [first] = changes;
  const standing = first === undefined ? '' : changeStandings[first.standing];
  return markup`<details>
    <summary>
      <strong>${title}</strong> <small><code>${step}</code></small>
      <span class="counts">${counted(changes.length, 'change')}, ${standing}</span>
    </summary>
    <table class="changes">
      <caption class="unseen">
        Changes of ${title}
      </caption>
      <thead>
        <tr>
          <th scope="col">Object</th>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map(changeRows)}
      </tbody>
    </table>
  </details> `;
}

function changeRows(change: ChangeReport): Markup {
  const { kind, target, object, risk, summary, fields } = change;
  const { sign, word } = changeKinds[kind];
  const shown = fields.slice(0, kind === 'create' ? MAX_FIELDS_MADE : MAX_FIELDS);
  const left = fields.length - shown.length;
  const danger = risk === 'safe' ? undefined : markup` <span class="risk ${risk}">${risk}</span>`;
  const isList = kind === 'create' || shown.length === 0;
  const head = markup`<th scope="rowgroup" rowspan="${isList ? 1 : shown.length + (left > 0 ? 1 : 0)}">
    <span class="change ${kind}">${sign} ${word}</span> ${target}: ${object}${danger}
  </th>`;
  const more = left > 0 ? `and ${counted(left, 'more field')}` : undefined;
  if (isList) {
    const said = summary ?? (kind === 'delete' ? 'the whole object' : '');
    return markup`<tr>
      ${head}
      <td colspan="3">${shown.length === 0 ? said : madeOf(shown)} ${more}</td>
    </tr> `;
  }
  const rows = shown.map(
    ({ path, before, after }, index) =>
      markup`<tr>
        ${index === 0 ? head : undefined}
        <td><code>${path}</code></td>
        <td><code>${valueText(before)}</code></td>
        <td><code>${valueText(after)}</code></td>
      </tr> `,
  );
  return markup`${rows}${more === undefined ? undefined : markup`<tr><td colspan="3">${more}</td></tr>`}`;
}

/** Of what was not there before, only what it is now has to be told. */
function madeOf(fields: ChangeReport['fields']): Markup {
  const items = fields.map(
    ({ path, after }) => markup`<li><code>${path}</code> <code>${valueText(after)}</code></li>`,
  );
  return markup`<ul class="made">${items}</ul>`;
}
