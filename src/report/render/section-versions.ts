// What the run was made of, and what is masked in it.

import type { RunReport } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { valueText } from './words.ts';

export function versionsSection({ versions, runbook, values, hidden }: RunReport): Markup {
  const {
    drctl,
    runbookDigest,
    envDigest,
    planDigest,
    sources,
    actions,
    clusters,
    files,
    journal,
  } = versions;
  const rows: readonly (readonly [string, string])[] = [
    ['drctl', drctl.join(', ')],
    ['Runbook', `${runbook.name} ${runbook.version}`],
    ['Digest of the runbook', runbookDigest],
    ['Its files', sources.join(', ')],
    ['Digest of the plan that was approved', planDigest ?? 'not in the journal'],
    ['Digest of the values', envDigest],
    ['Journal', `${journal.lines} lines, head ${journal.head}`],
    ...Object.entries(clusters).map(([target, uid]) => [`Cluster of ${target}`, uid] as const),
    ...files.map(({ step, name, sha256 }) => [`SHA-256 of ${name} (${step})`, sha256] as const),
  ];
  return markup`${pairs('Versions and digests', rows)}
    <details>
      <summary>Versions of the actions</summary>
      ${pairs(
        'Versions of the actions',
        Object.entries(actions).map(([name, version]) => [name, String(version)] as const),
      )}
    </details>
    <details>
      <summary>Values that the run was given</summary>
      ${pairs(
        'Values',
        Object.entries(values).map(([name, value]) => [name, valueText(value)] as const),
      )}
    </details>
    <p>${maskedText(hidden)}</p>`;
}

function maskedText({ names, places }: RunReport['hidden']): string {
  const given =
    names.length === 0
      ? 'No value was given as sensitive'
      : `Sensitive, and not in here: ${names.join(', ')}`;
  const masked =
    places === 0
      ? 'nothing had to be masked in plan and journal'
      : `“(sensitive)” stands in ${places} places of plan and journal`;
  return `${given}; ${masked}.`;
}

function pairs(title: string, rows: readonly (readonly [string, string])[]): Markup {
  return markup`<table class="pairs">
    <caption class="unseen">
      ${title}
    </caption>
    <tbody>
      ${rows.map(
        ([name, value]) =>
          markup`<tr>
            <th scope="row">${name}</th>
            <td><code>${value}</code></td>
          </tr> `,
      )}
    </tbody>
  </table>`;
}
