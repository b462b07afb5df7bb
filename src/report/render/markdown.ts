// A report as Markdown, for a ticket or a wiki (GitHub's, with its tables and Mermaid). Every value is escaped: nothing in
// it can make a heading, a link or HTML.

import { formatDuration } from '../../engine/index.ts';
import { mermaid } from '../../authoring/index.ts';
import type { RunReport } from '../model.ts';
import { standingGraph } from './section-graph.ts';
import {
  changeKinds,
  changeStandings,
  leftoverKinds,
  moment,
  sessionEnds,
  sessionKinds,
  standings,
  toneSigns,
  valueText,
} from './words.ts';

/** Its first line, so that a newer one may take its place. */
export const MARKDOWN_MARK = '<!-- drctl report -->';

/** Ends with a line break. */
export function reportMarkdown(report: RunReport): string {
  const { runId, runbook, ending, madeAt } = report;
  return `${[
    MARKDOWN_MARK,
    '',
    `# ${md(`${ending.word}: ${runbook.name} ${runbook.version}`)}`,
    '',
    `Run ${code(runId)}. Made at ${moment(madeAt)}. All times are UTC.`,
    '',
    md(ending.text),
    ...troubleLines(report),
    ...leftoverLines(report),
    ...storyLines(report),
    ...stepLines(report),
    ...changeLines(report),
    ...peopleLines(report),
    ...timeLines(report),
    ...versionLines(report),
  ].join('\n')}\n`;
}

/** Everything that Markdown, a table or HTML would read as more than text. */
function md(text: string): string {
  return (
    text
      .replaceAll(/\s*\n\s*/g, ' ')
      .replaceAll(/[\\`*_[\]|~$]/g, (sign) => `\\${sign}`)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // What begins a line makes a heading or a list; an address makes a link, and "@team" calls a team.
      .replace(/^([-+#=]|\d+[.)])/, '&#8203;$1')
      .replaceAll('://', ':&#8203;//')
      .replaceAll('www.', 'www&#8203;.')
      .replaceAll(/(?<!\w)@/g, '@&#8203;')
  );
}

/** As code, which shows what it is given; a fence longer than any in it. */
function code(text: string): string {
  const flat = text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${flat}${fence}` : `${fence} ${flat} ${fence}`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return ['', line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

function troubleLines({ troubles }: RunReport): readonly string[] {
  if (troubles.length === 0) return ['', '## What went wrong', '', 'Nothing.'];
  const items = troubles.map(({ at, what, error, outcome }) => {
    const said = error === undefined ? '' : `: ${md(error.message)} (${code(error.code)})`;
    const hint = hintText(error?.hint);
    return `- ${moment(at)} **${md(what)}**${said}${hint} → ${md(outcome)}`;
  });
  return ['', '## What went wrong', '', ...items];
}

const hintText = (hint: string | undefined): string => (hint === undefined ? '' : ` (${md(hint)})`);

function leftoverLines({ leftovers }: RunReport): readonly string[] {
  const items = leftovers.map(
    ({ kind, what, because }) =>
      `- **${leftoverKinds[kind]}**: ${md(what)}${because === undefined ? '' : `: ${md(because)}`}`,
  );
  return ['', '## What is left', '', ...(items.length === 0 ? ['Nothing.'] : items)];
}

function storyLines({ story }: RunReport): readonly string[] {
  const items = story.map(
    ({ at, tone, text, hint }) => `- ${moment(at)} ${toneSigns[tone]} ${md(text)}${hintText(hint)}`,
  );
  return ['', '## What happened', '', ...items];
}

function stepLines(report: RunReport): readonly string[] {
  const phases = report.phases.flatMap(({ title, steps }) => [
    '',
    `### ${md(title)}`,
    ...table(
      ['Step', 'Stands', 'Action'],
      steps.map((step) => {
        const { sign, word } = standings[step.standing];
        return [`${md(step.title)} (${code(step.id)})`, `${sign} ${word}`, code(step.action)];
      }),
    ),
  ]);
  const graph = ['', '```mermaid', mermaid(standingGraph(report)).trimEnd(), '```'];
  return ['', '## Phases and steps', ...phases, ...graph];
}

function changeLines({ changes }: RunReport): readonly string[] {
  if (changes.length === 0) return ['', '## Changes', '', 'Nothing was changed.'];
  const rows = changes.flatMap(({ step, kind, target, object, summary, fields, standing }) => {
    const head = [code(step), `${changeKinds[kind].word} ${md(`${target}: ${object}`)}`];
    if (fields.length === 0) return [[...head, md(summary ?? ''), '', changeStandings[standing]]];
    return fields.map(({ path, before, after }) => [
      ...head,
      code(path),
      `${code(valueText(before))} → ${code(valueText(after))}`,
      changeStandings[standing],
    ]);
  });
  return ['', '## Changes', ...table(['Step', 'Object', 'Field', 'Before → after', 'Now'], rows)];
}

function peopleLines({ deeds, approvals, sessions }: RunReport): readonly string[] {
  return [
    '',
    '## People and approvals',
    ...table(
      ['When', 'Who', 'What', 'Why'],
      deeds.map(({ at, who, what, why = '' }) => [moment(at), md(who), md(what), md(why)]),
    ),
    ...table(
      ['Approved at', 'By', 'Of', 'How', 'Digest'],
      approvals.map(({ at, by, of, how, digest = '' }) => [
        moment(at),
        md(by),
        md(of),
        how,
        digest === '' ? '' : code(digest),
      ]),
    ),
    ...table(
      ['From', 'To', 'By', 'Command', 'Ended'],
      sessions.map(({ beganAt, endedAt, by, kind, end }) => [
        moment(beganAt),
        moment(endedAt),
        md(by),
        sessionKinds[kind],
        sessionEnds[end],
      ]),
    ),
  ];
}

function timeLines({ chain, outages }: RunReport): readonly string[] {
  const rows = [...outages, { title: 'the whole run', ...chain }].map((one) => [
    md(one.title),
    formatDuration(one.tookMs),
    formatDuration(one.waitMs),
    formatDuration(one.ownMs),
    formatDuration(one.personMs),
    formatDuration(one.idleMs),
  ]);
  const heads = ['Of', 'Took', 'Waits', 'drctl', 'People', 'No drctl at work'];
  return ['', '## Where the time went', ...table(heads, rows)];
}

function versionLines({ versions, values, hidden }: RunReport): readonly string[] {
  const { drctl, runbookDigest, envDigest, planDigest = '', files, journal } = versions;
  return [
    '',
    '## Versions, digests and values',
    ...table(
      ['What', 'Value'],
      [
        ['drctl', code(drctl.join(', '))],
        ['Runbook', code(runbookDigest)],
        ['Plan', planDigest === '' ? '' : code(planDigest)],
        ['Values', code(envDigest)],
        ['Journal', `${journal.lines} lines, head ${code(journal.head)}`],
        ...files.map(({ name, sha256 }) => [md(name), code(sha256)]),
        ...Object.entries(values).map(([name, value]) => [md(name), code(valueText(value))]),
        ...hidden.names.map((name) => [md(name), 'sensitive: not in here']),
      ],
    ),
  ];
}
